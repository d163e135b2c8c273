using Tumpang.Contracts;
using Tumpang.Matching.Dispatch;
using Xunit;

namespace Tumpang.Matching.Tests;

/// <summary>At an airport or a station the drivers of its queue are asked in its order.</summary>
public sealed class QueueRankTests
{
    static readonly GeoPoint Terminal = new(40.6444, -73.7826);

    static readonly CityRules Rules = new();

    [Fact]
    public void The_queue_is_asked_in_its_order_whatever_the_drive()
    {
        var requests = new[] { Waiting(1), Waiting(2) };
        NearbyDriver[] drivers = [Driver(11, rank: 1), Driver(12, rank: 2), Driver(13, rank: 3), Driver(14, rank: null)];

        var chosen = Assignment.Choose([.. requests.SelectMany(request => Priced(request, drivers, [240, 200, 5, 1]))], Rules);

        Assert.Equal([Id(11), Id(12)], chosen.Select(pair => pair.DriverId).Order());
    }

    [Fact]
    public void Who_is_not_in_the_queue_is_asked_when_it_is_empty_and_pays_no_penalty_then()
    {
        var request = Waiting(1);

        var behind = Priced(request, [Driver(11, rank: 1), Driver(14, rank: null)], [240, 30]).Single(pair => pair.DriverId == Id(14));
        var alone = Assert.Single(Priced(request, [Driver(14, rank: null)], [30]));

        Assert.Equal(Rules.QueueJumpPenalty.TotalSeconds, behind.Cost - alone.Cost, 6);
        Assert.Equal(Id(14), Assert.Single(Assignment.Choose([alone], Rules)).DriverId);
    }

    static IEnumerable<Candidate> Priced(WaitingRequest request, NearbyDriver[] drivers, double[] seconds) =>
        PairCost.Candidates(request, drivers, seconds, Rules, Samples.Now);

    static NearbyDriver Driver(int number, int? rank) => new(Id(number), Terminal, 100 * number, Samples.Now, rank);

    static WaitingRequest Waiting(int number) => new(
        Id(number), Id(50 + number), Terminal.Latitude, Terminal.Longitude, 40.72, -74.00, 1_250, "USD", Samples.Now, Samples.Now.AddMinutes(3), PickupAt: null,
        AlreadyAsked: "");

    static Guid Id(int number) => new(number, 0, 0, new byte[8]);
}
