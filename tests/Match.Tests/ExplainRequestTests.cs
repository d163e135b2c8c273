using System.Net;
using System.Net.Http.Json;
using Tumpang.Contracts;
using Tumpang.Matching.Dispatch;
using Tumpang.Matching.Features;
using Tumpang.ServiceDefaults;
using Xunit;

namespace Tumpang.Matching.Tests;

/// <summary>What operators learn about a request.</summary>
public sealed class ExplainRequestTests(MatchFleet fleet)
{
    [Fact]
    public async Task The_request_that_lost_a_driver_names_the_one_that_won()
    {
        var city = fleet.City(CityKind.Plain);
        var passengers = await city.Passengers(2);
        var requests = await Task.WhenAll(passengers.Select(passenger => passenger.Requests()));
        var driver = await city.Driver();
        var winner = (await driver.GetsAnOffer()).RideRequestId;
        var loser = requests.Single(request => request != winner);

        var won = await Says(winner, driver.Id, Verdict.Offered);
        var lost = await Says(loser, driver.Id, Verdict.LostToOtherRequest);

        Assert.Equal(winner, lost.Drivers[driver.Id].WonBy);
        Assert.InRange(won.Drivers[driver.Id].DistanceMetres!.Value, 99, 101);
        Assert.InRange(won.Drivers[driver.Id].PickupSeconds!.Value, 17, 20);
        Assert.Equal([(driver.Id, OfferStatus.Open)], won.Offers.Select(offer => (offer.DriverId, offer.Status)));
        Assert.Equal((RideRequestStatus.Searching, true), (lost.Status, lost.LocationAnswered));
    }

    [Fact]
    public async Task Drivers_who_may_not_drive_it_or_said_no_are_told_apart()
    {
        var city = fleet.City(CityKind.Plain);
        var (passenger, stranger, onARide, willing) = (await city.Passenger(), new Driver(city, 10), new Driver(city, 20), await city.Driver(300));
        stranger.GoOnline();
        onARide.GoOnline();
        await fleet.Tell(onARide.Approval);
        await Eventually.Is(1L, () => fleet.Count("match.drivers where driver_id = @Id", new { onARide.Id }));
        await fleet.Rows<int>("insert into match.busy_parties (user_id, ride_id, role, since) values (@Id, gen_random_uuid(), 'Driver', now())", new { onARide.Id });

        var rideRequestId = await passenger.Requests();
        await willing.Decline((await willing.GetsAnOffer()).OfferId);

        await Says(rideRequestId, stranger.Id, Verdict.NotApproved);
        await Says(rideRequestId, onARide.Id, Verdict.Busy);
        var declined = await Says(rideRequestId, willing.Id, Verdict.AskedBefore);
        Assert.Equal(OfferStatus.Declined, Assert.Single(declined.Offers).Status);
    }

    [Fact]
    public async Task A_driver_who_was_not_needed_is_told_from_the_one_who_was_asked()
    {
        var city = fleet.City(CityKind.Plain);
        var (passenger, driver) = (await city.Passenger(), await city.Driver(1_000));
        var near = await city.Driver(100);
        var rideRequestId = await passenger.Requests();
        await near.GetsAnOffer();

        var explained = await Says(rideRequestId, driver.Id, Verdict.OtherDriverChosen);

        Assert.Equal(Verdict.Offered, explained.Drivers[near.Id].Verdict);
    }

    [Fact]
    public async Task Only_operators_may_ask()
    {
        var passenger = await fleet.City(CityKind.Plain).Passenger();
        var rideRequestId = await passenger.Requests();

        Assert.Equal(HttpStatusCode.Forbidden, (await passenger.Get($"/v1/ops/requests/{rideRequestId}/explain")).Status);
        using var client = fleet.ClientOfOperator();
        using var unknown = await client.GetAsync($"/v1/ops/requests/{Guid.CreateVersion7()}/explain", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public void Each_gate_has_its_verdict()
    {
        var (request, other) = (Waiting(1), Waiting(2));
        Candidate[] near = [Pair(request, 11, 500), Pair(request, 12, 60), Pair(request, 13, 50), Pair(other, 12, 10), Pair(other, 14, 20), Pair(other, 15, 30)];
        var found = new Found(near, new Dictionary<Guid, string> { [Id(13)] = Verdict.HasOffer }, DriversWithOffers: 1, LocationAnswered: true);

        // The other request has two winners, as in a broadcast; the offer to the second of them could not be made any more.
        var told = RoundExplanation.Of([request, other], found, [near[3], near[4]], [Id(12)], new() { UnmatchedPenalty = TimeSpan.FromMinutes(5) }, Samples.Now)
            .ToDictionary(one => one.RideRequestId, one => one.Drivers.ToDictionary(driver => driver.Key, driver => driver.Value.Verdict));

        Assert.Equal(new() { [Id(11)] = Verdict.TooFar, [Id(12)] = Verdict.LostToOtherRequest, [Id(13)] = Verdict.HasOffer, [Id(90)] = Verdict.AskedBefore }, told[Id(1)]);
        Assert.Equal(new() { [Id(12)] = Verdict.Offered, [Id(14)] = Verdict.ChangedMeanwhile, [Id(15)] = Verdict.OtherDriverChosen, [Id(90)] = Verdict.AskedBefore }, told[Id(2)]);
    }

    static WaitingRequest Waiting(int number) =>
        new(Id(number), Id(50 + number), 40.75, -73.98, 40.72, -74.00, 1_250, "USD", Samples.Now, Samples.Now.AddMinutes(3), PickupAt: null, $"{Id(90)}");

    static Candidate Pair(WaitingRequest request, int driver, int seconds) =>
        new(request.RideRequestId, Id(driver), new GeoPoint(40.75, -73.98), seconds * 5, seconds, seconds);

    static Guid Id(int number) => new(number, 0, 0, new byte[8]);

    Task<ExplainRequest.Answer> Says(Guid rideRequestId, Guid driverId, string verdict) => Eventually.Holds(
        async () =>
        {
            using var client = fleet.ClientOfOperator();
            var answer = await client.GetFromJsonAsync<ExplainRequest.Answer>(
                $"/v1/ops/requests/{rideRequestId}/explain", Json.Options, TestContext.Current.CancellationToken);
            return answer!.Drivers.TryGetValue(driverId, out var driver) && driver.Verdict == verdict ? answer : null;
        },
        verdict);
}
