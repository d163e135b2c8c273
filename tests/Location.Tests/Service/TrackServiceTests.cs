using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Tumpang.Locations;
using Xunit;
using static Tumpang.Location.Tests.Service.Places;

namespace Tumpang.Location.Tests.Service;

/// <summary>Tracks on the real stores, reported to two copies at once.</summary>
[Collection<LocationCollection>]
public sealed class TrackServiceTests(LocationCity city)
{
    /// <summary>NebengJek 20 and 23: what came twice was charged twice.</summary>
    [Fact]
    public async Task One_batch_posted_by_twenty_callers_to_two_copies_counts_once()
    {
        await using var ride = await city.StartRide();
        var batch = Enumerable.Range(1, 50).Select(step => ride.Point(20 * step, step)).ToArray();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(index => ride.Driver.ReportTo(index % 2, batch)));

        Assert.Equal(50, answers.Sum(answer => answer.Accepted));
        Assert.Equal(19 * 50, answers.Sum(answer => answer.Refused.GetValueOrDefault("duplicate")));
        Assert.Equal(1_000, await city.DistanceOf(ride.RideId), 2.0);
    }

    /// <summary>NebengJek 16: legs under a kilometre were dropped; here each is 20 m.</summary>
    [Fact]
    public async Task A_ride_of_short_legs_is_measured_whole_and_told_once()
    {
        await using var ride = await city.StartRide(secondsAgo: 1_000);
        foreach (var batch in Enumerable.Range(1, 900).Chunk(100))
        {
            await ride.Driver.ReportTo(batch[0] % 2, [.. batch.Select(step => ride.Point(20 * step, step))]);
        }

        await ride.Complete(18_000, afterSeconds: 905);
        await ride.GraceIsOver();
        var closed = await ride.Closed();

        Assert.Equal(18_000, closed.DistanceMetres, 20.0);
        Assert.Equal(905, closed.DurationSeconds);
        Assert.Equal(900, closed.AcceptedPoints);
        Assert.True(Tumpang.Roads.EncodedPolyline.Decode(closed.Polyline).Count > 800);
    }

    /// <summary>NebengJek 23: approach travel leaked into the fare.</summary>
    [Fact]
    public async Task NebengJek_23_points_before_the_start_and_after_the_completion_do_not_count()
    {
        await using var ride = await city.StartRide();
        await ride.Driver.Report(ride.Point(-900, -60), ride.Point(-300, -20), ride.Point(100, 10), ride.Point(200, 20));

        await ride.Driver.Report(ride.Point(300, 30), ride.Point(400, 40));
        await ride.Complete(200, afterSeconds: 20);

        Assert.Equal(200, (await ride.Closed()).DistanceMetres, 2.0);
    }

    /// <summary>A ride passes its drop-off on the way to a stop: it is not about to end. What ride says of the way may come in any order.</summary>
    [Fact]
    public async Task What_remains_of_a_ride_is_by_its_stops_and_to_where_it_was_last_to_go()
    {
        await using var ride = await city.StartRide(secondsAgo: 300, metresToGo: 3_000);
        var (stop, elsewhere) = (ride.Start.North(2_000), ride.Start.North(6_000));
        await city.Publish(Rerouted([stop], elsewhere, version: 5));
        await city.Publish(Rerouted([], ride.Start.North(200), version: 4));
        await Test.Until(() => city.Query<bool>("select way_version = 5 from location.rides where ride_id = @Id", ride.RideId));

        await ride.Driver.Report(ride.Point(100, 10));
        await city.Publish(new StopReached(ride.RideId, ride.PassengerId, ride.Driver.Id, 1, stop, ride.Start.North(300), [])
        {
            OccurredAt = ride.StartedAt.AddSeconds(20),
            Version = 6,
        });
        await Test.Until(() => city.Query<bool>("select planned_stops is null from location.rides where ride_id = @Id", ride.RideId));
        await city.Query<int>("update location.rides set progressed_at = null where ride_id = @Id returning 1", ride.RideId);
        await ride.Driver.Report(ride.Point(200, 20));

        // At a city's speed six kilometres take more than six minutes, and a hundred metres less than one.
        var remaining = (await city.Published<RideProgressed>(ride.RideId)).Select(progress => progress.RemainingSeconds!.Value).ToList();
        Assert.Equal(2, remaining.Count);
        Assert.True(remaining[0] > 360 && remaining[1] < 60, string.Join(", ", remaining));

        RideRerouted Rerouted(GeoPoint[] stops, GeoPoint dropOff, long version) => new(
            ride.RideId, ride.Story.RideRequestId, ride.PassengerId, ride.Driver.Id, "nyc", VehicleClass.Standard, dropOff, stops, Guid.CreateVersion7(),
            new(1_000, "USD"), Guid.CreateVersion7(), "token")
        { OccurredAt = ride.StartedAt, Version = version };
    }

    /// <summary>What match dispatches ahead by: said once when the drop-off is near, and again only when the estimate was wrong by much.</summary>
    [Fact]
    public async Task A_ride_that_nears_its_agreed_drop_off_says_so_once()
    {
        await using var ride = await city.StartRide(secondsAgo: 300, metresToGo: 3_000);
        foreach (var (metres, second) in new[] { (100, 10), (2_600, 280), (2_700, 290), (2_800, 300) })
        {
            await ride.Driver.Report(ride.Point(metres, second));
            // As if the time between two reports of progress had passed.
            await city.Query<int>("update location.rides set progressed_at = null where ride_id = @Id returning 1", ride.RideId);
        }

        var progress = await city.Published<RideProgressed>(ride.RideId);
        var told = Assert.Single(await city.Published<RideNearsEnd>(ride.RideId));
        Assert.Equal(4, progress.Count);
        Assert.True(progress[0].RemainingSeconds > 180, $"{progress[0].RemainingSeconds} s from three kilometres away");
        Assert.True(progress[1].RemainingSeconds < 180, $"{progress[1].RemainingSeconds} s from 400 metres away");
        Assert.Equal((ride.Start.North(3_000), progress[1].Version + 1), (told.DropOff, told.Version));
        Assert.Equal(ride.StartedAt.AddSeconds(280 + progress[1].RemainingSeconds!.Value), told.EndsAt, TimeSpan.FromSeconds(1));
    }

    /// <summary>Points in flight when the driver ends the ride are waited for; a later one says that there are none.</summary>
    [Fact]
    public async Task A_late_point_counts_until_a_later_one_closes_the_track()
    {
        await using var ride = await city.StartRide();
        await ride.Driver.Report(ride.Point(100, 10));
        await ride.Complete(400, afterSeconds: 40);

        await ride.Driver.Report(ride.Point(200, 20), ride.Point(300, 30), ride.Point(500, 50));

        var closed = await ride.Closed();
        Assert.Equal(400, closed.DistanceMetres, 2.0);
        Assert.Equal(3, closed.AcceptedPoints);
    }

    /// <summary>Nobody waits ten seconds for the fare of a ride whose last position is two seconds old.</summary>
    [Fact]
    public async Task A_track_without_a_gap_closes_with_the_completion()
    {
        await using var ride = await city.StartRide();
        await ride.Driver.Report(ride.Point(100, 10), ride.Point(380, 38));

        await ride.Complete(400, afterSeconds: 40);

        Assert.Equal(400, (await city.Published<RideTrackClosed>(ride.RideId)).Single().DistanceMetres, 2.0);
    }

    [Fact]
    public async Task A_driver_can_be_found_at_the_drop_off_before_the_next_position()
    {
        var place = city.FreshPlace();
        await using var driver = await city.NewDriver(place);
        var story = new RideStory(driver.Id, Guid.CreateVersion7());
        var startedAt = city.Now.AddSeconds(-2);
        await city.Publish(story.Confirmed(startedAt.AddSeconds(-1)), story.Started(place, startedAt));
        await Test.Until(async () => await city.IsMatchedAndStarted(story.RideId) && (await city.Nearby(place, 30)).All(found => found.DriverId != driver.Id));

        await city.Publish(story.Completed(place.North(60), startedAt, city.Now));

        await Test.Until(async () => (await city.Nearby(place.North(60), 10)).Any(found => found.DriverId == driver.Id));
    }

    /// <summary>NebengJek 29 and 20: delivered twice, acted twice.</summary>
    [Fact]
    public async Task Completion_told_twice_closes_the_track_once()
    {
        await using var ride = await city.StartRide();
        await ride.Driver.Report(ride.Point(100, 10), ride.Point(200, 20));

        var completed = ride.Completion(200, afterSeconds: 20);
        await city.Publish(completed);
        await ride.Closed();
        await city.Publish(completed, completed with { EventId = Guid.CreateVersion7() });
        await Task.WhenAll(Enumerable.Range(0, 20).Select(index => ride.Driver.ReportTo(index % 2, [ride.Point(300 + index, 30 + index)])));

        Assert.Single(await city.Published<RideTrackClosed>(ride.RideId));
    }

    /// <summary>NebengJek 24 and 26: what came while the ride's news was late was lost. The completion alone is enough.</summary>
    [Fact]
    public async Task A_completion_that_overtakes_the_start_still_closes_a_track()
    {
        var place = city.FreshPlace();
        await using var driver = await city.NewDriver(place);
        var story = new RideStory(driver.Id, Guid.CreateVersion7());
        var startedAt = city.Now.AddSeconds(-60);

        await city.Publish(story.Completed(place.North(500), startedAt, startedAt.AddSeconds(50)));
        await Test.Until(() => city.Knows(story.RideId));
        await city.Publish(story.Started(place, startedAt), story.Confirmed(startedAt.AddSeconds(-30)));
        await Test.Until(() => city.Query<bool>("select start is not null and matched_at is not null from location.rides where ride_id = @Id", story.RideId));
        await city.GraceIsOver(story.RideId);

        await Test.Until(async () => (await city.Published<RideTrackClosed>(story.RideId)).Count == 1);
        Assert.Equal(0, (await city.Published<RideTrackClosed>(story.RideId))[0].AcceptedPoints);
    }

    /// <summary>NebengJek 6: any driver could add distance to any ride.</summary>
    [Fact]
    public async Task A_driver_cannot_write_the_track_of_another_ride()
    {
        await using var ride = await city.StartRide();
        await using var stranger = await city.NewDriver(ride.Start);

        var body = new { rideId = ride.RideId, driverId = ride.Driver.Id, points = new[] { ride.Point(500, 30) } };
        (await stranger.Http.PostAsJsonAsync("/v1/positions", body, Test.Ct)).EnsureSuccessStatusCode();

        Assert.Equal(0, await city.DistanceOf(ride.RideId));
    }

    /// <summary>NebengJek 3 and 6: anybody could read anybody's data.</summary>
    [Fact]
    public async Task A_track_is_for_its_passenger_its_driver_and_operators()
    {
        await using var ride = await city.StartRide();
        await ride.Driver.Report(ride.Point(100, 10));
        using var passenger = city.Client(ride.PassengerId);
        using var @operator = city.Client(Guid.CreateVersion7(), "operator");
        using var stranger = city.Client(Guid.CreateVersion7(), "driver");
        var path = $"/v1/rides/{ride.RideId}/track";

        var seen = await passenger.GetFromJsonAsync<JsonElement>(path, Test.Ct);

        Assert.Equal(100, seen.GetProperty("distanceMetres").GetInt32());
        Assert.Equal(HttpStatusCode.OK, (await ride.Driver.Http.GetAsync(path, Test.Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await @operator.GetAsync(path, Test.Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync(path, Test.Ct)).StatusCode);
    }

    /// <summary>NebengJek 31: the passenger got no live position of the driver.</summary>
    [Fact]
    public async Task Progress_is_told_while_the_ride_runs_but_not_for_every_point()
    {
        await using var ride = await city.StartRide();

        var before = city.Now;
        for (var step = 1; step <= 20; step++) await ride.Driver.ReportTo(step % 2, [ride.Point(20 * step, step)]);

        var progress = await city.Published<RideProgressed>(ride.RideId);
        Assert.InRange(progress.Count, 1, 1 + (int)((city.Now - before).TotalSeconds / 10));
        Assert.Equal(ride.PassengerId, progress[0].PassengerId);
        Assert.Equal(400, await city.DistanceOf(ride.RideId), 2.0);
    }

    /// <summary>Design rule 4: no ride is affected by the loss of Redis.</summary>
    [Fact]
    public async Task A_flush_of_Redis_in_the_middle_of_a_ride_loses_no_metre()
    {
        await using var ride = await city.StartRide();
        await ride.Driver.Report(ride.Point(200, 10), ride.Point(400, 20));
        await city.FlushRedis();

        await ride.Driver.Report(ride.Point(600, 30), ride.Point(800, 40));

        Assert.Equal(800, await city.DistanceOf(ride.RideId), 2.0);
    }

    /// <summary>What the filter knows is in the row: copies that take turns, and die in between, measure what one would.</summary>
    [Fact]
    public async Task Copies_that_take_turns_and_crash_measure_what_one_would()
    {
        await using var ride = await city.StartRide();
        var random = new Random(7);
        LocationUpdate[] updates = [.. Enumerable.Range(1, 60).Select(second => new LocationUpdate(
            ride.Start.North((9 * second) + (20 * random.NextDouble())).Latitude, ride.Start.Longitude + (0.0002 * random.NextDouble()),
            ride.StartedAt.AddSeconds(second), 12).Normalised())];
        var rules = new LocationOptions();
        var alone = updates.Aggregate(Track.From(new Fix(ride.Start, ride.StartedAt)), (track, update) => track.Add(update, rules).Track);

        foreach (var (batch, index) in updates.Chunk(10).Select((batch, index) => (batch, index)))
        {
            if (index == 3) await city.CrashAndRestart();
            await ride.Driver.ReportTo(index % 2, [.. batch]);
        }

        Assert.Equal(alone.DistanceMetres, await city.DistanceOf(ride.RideId), 0.01);
    }

    /// <summary>NebengJek 11 and 25: what was still to be done lived in memory and died with the process.</summary>
    [Fact]
    public async Task A_crash_between_completion_and_closing_loses_no_track()
    {
        await using var ride = await city.StartRide();
        await ride.Driver.Report(ride.Point(100, 10), ride.Point(200, 20));
        await ride.Complete(300, afterSeconds: 30);

        await city.CrashAndRestart();
        await ride.GraceIsOver();

        Assert.Equal(300, (await ride.Closed()).DistanceMetres, 2.0);
        Assert.Single(await city.Published<RideTrackClosed>(ride.RideId));
    }

    /// <summary>Design rule 4 again, the hard way: with Redis down nobody is found, but who drives is measured.</summary>
    [Fact]
    public async Task Without_Redis_rides_are_measured_all_the_same()
    {
        await using var ride = await city.StartRide();
        using var match = city.ServiceClient("match");
        var search = new { pickup = ride.Start, cityId = "nyc", vehicleClass = "Standard", radiusMetres = 500, limit = 5 };

        await city.WithoutRedis(async () =>
        {
            Assert.Equal(2, (await ride.Driver.Report(ride.Point(200, 10), ride.Point(400, 20))).Accepted);
            await Test.Until(async () => (await match.PostAsJsonAsync("/internal/nearby", search, Test.Ct)).StatusCode == HttpStatusCode.ServiceUnavailable);
        });

        Assert.Equal(400, await city.DistanceOf(ride.RideId), 2.0);
        await using var other = await city.NewDriver(ride.Start);
        Assert.Equal(other.Id, (await city.Nearby(ride.Start, 500)).Single().DriverId);
    }
}
