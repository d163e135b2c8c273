using FsCheck;
using FsCheck.Fluent;
using Tumpang.Contracts;
using Tumpang.Matching.Dispatch;
using Xunit;

namespace Tumpang.Matching.Tests;

public sealed class AssignmentTests
{
    [Fact]
    public void The_nearest_pair_of_all_is_taken_first()
    {
        var (alice, budi) = (Id(1), Id(2));
        var (near, far) = (Id(11), Id(12));
        var candidates = new[] { Pair(alice, near, 200), Pair(budi, near, 100), Pair(alice, far, 900), Pair(budi, far, 300) };

        var chosen = Assignment.CheapestFirst(candidates, driversPerRequest: 1);

        Assert.Equal([(budi, near), (alice, far)], chosen.Select(pair => (pair.RideRequestId, pair.DriverId)));
    }

    [Fact]
    public void Who_has_waited_longer_may_be_further_away()
    {
        var (patient, newcomer, driver) = (Id(1), Id(2), Id(11));
        // Two minutes of waiting outweigh twenty seconds of driving.
        var candidates = new[] { Pair(patient, driver, 40, waitedSeconds: 120), Pair(newcomer, driver, 20) };

        var chosen = Assignment.CheapestFirst(candidates, driversPerRequest: 1);

        Assert.Equal(patient, Assert.Single(chosen).RideRequestId);
    }

    [Fact]
    public void A_broadcast_asks_the_nearest_few()
    {
        var request = Id(1);
        var candidates = Enumerable.Range(1, 9).Select(number => Pair(request, Id(10 + number), number * 100)).Reverse().ToArray();

        var chosen = Assignment.CheapestFirst(candidates, driversPerRequest: 3);

        Assert.Equal([Id(11), Id(12), Id(13)], chosen.Select(pair => pair.DriverId));
    }

    [Fact]
    public void Together_everybody_is_served_where_the_nearest_first_would_leave_somebody_over()
    {
        var (alice, budi) = (Id(1), Id(2));
        var (only, other) = (Id(11), Id(12));
        var candidates = new[] { Pair(alice, only, 100), Pair(budi, only, 10), Pair(budi, other, 500) };

        Assert.Equal([(budi, only)], Assignment.Choose(candidates, new() { Mode = DispatchMode.Nearest }).Select(pair => (pair.RideRequestId, pair.DriverId)));
        Assert.Equal([(alice, only), (budi, other)], Assignment.Choose(candidates, new() { UnmatchedPenalty = TimeSpan.Zero }).Select(pair => (pair.RideRequestId, pair.DriverId)));
    }

    [Fact]
    public void A_drive_longer_than_the_penalty_is_left_for_a_later_round()
    {
        var candidates = new[] { Pair(Id(1), Id(11), 400), Pair(Id(2), Id(12), 200) };

        var chosen = Assignment.Choose(candidates, new() { UnmatchedPenalty = TimeSpan.FromMinutes(5) });

        Assert.Equal([(Id(2), Id(12))], chosen.Select(pair => (pair.RideRequestId, pair.DriverId)));
    }

    [Fact]
    public void Together_is_lawful_serves_no_fewer_and_depends_on_no_order() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(1_000), Prop.ForAll(Rounds(), round =>
    {
        var chosen = Assignment.LeastInAll(round.Candidates, TimeSpan.Zero);

        Assert.All(chosen, pair => Assert.Contains(pair, round.Candidates));
        Assert.Equal(chosen.Count, chosen.DistinctBy(pair => pair.DriverId).Count());
        Assert.Equal(chosen.Count, chosen.DistinctBy(pair => pair.RideRequestId).Count());
        var greedy = Assignment.CheapestFirst(round.Candidates, 1);
        Assert.True(chosen.Count > greedy.Count || (chosen.Count == greedy.Count && chosen.Sum(pair => pair.Cost) <= greedy.Sum(pair => pair.Cost)));
        Assert.Equal(chosen, Assignment.LeastInAll([.. round.Candidates.Reverse()], TimeSpan.Zero));
    }));

    [Fact]
    public void Whatever_the_input_the_assignment_is_lawful() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(1_000), Prop.ForAll(Rounds(), round =>
    {
        var chosen = Assignment.CheapestFirst(round.Candidates, round.DriversPerRequest);

        Assert.All(chosen, pair => Assert.Contains(pair, round.Candidates));
        Assert.Equal(chosen.Count, chosen.DistinctBy(pair => pair.DriverId).Count());
        Assert.All(chosen.CountBy(pair => pair.RideRequestId), asked => Assert.InRange(asked.Value, 1, round.DriversPerRequest));
    }));

    [Fact]
    public void Nobody_who_could_be_served_is_left_over() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(1_000), Prop.ForAll(Rounds(), round =>
    {
        var chosen = Assignment.CheapestFirst(round.Candidates, round.DriversPerRequest);

        var taken = chosen.Select(pair => pair.DriverId).ToHashSet();
        var asked = chosen.CountBy(pair => pair.RideRequestId).ToDictionary();
        Assert.DoesNotContain(
            round.Candidates, pair => !taken.Contains(pair.DriverId) && asked.GetValueOrDefault(pair.RideRequestId) < round.DriversPerRequest);
    }));

    [Fact]
    public void The_order_of_the_input_does_not_matter() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Rounds(), round =>
    {
        var forwards = Assignment.CheapestFirst(round.Candidates, round.DriversPerRequest);
        var backwards = Assignment.CheapestFirst([.. round.Candidates.Reverse()], round.DriversPerRequest);

        Assert.Equal(forwards, backwards);
    }));

    sealed record Round(Candidate[] Candidates, int DriversPerRequest);

    static Arbitrary<Round> Rounds()
    {
        var pair = from request in Gen.Choose(1, 6)
                   from driver in Gen.Choose(11, 18)
                   from seconds in Gen.Choose(0, 2_000)
                   select Pair(Id(request), Id(driver), seconds);
        return Arb.From(
            from pairs in pair.ListOf()
            from drivers in Gen.Choose(1, 3)
            select new Round([.. pairs.DistinctBy(one => (one.RideRequestId, one.DriverId))], drivers));
    }

    static Candidate Pair(Guid request, Guid driver, int seconds, int waitedSeconds = 0) => new(
        request, driver, new GeoPoint(40.75, -73.98), seconds * 5, seconds, PairCost.Seconds(seconds, TimeSpan.FromSeconds(waitedSeconds), new CityRules()));

    static Guid Id(int number) => new(number, 0, 0, new byte[8]);
}
