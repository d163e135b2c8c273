using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Tumpang.Contracts;
using Tumpang.Locations;
using Tumpang.ServiceDefaults;
using Xunit;
using static Tumpang.Location.Tests.Service.Places;

namespace Tumpang.Location.Tests.Service;

/// <summary>One after the other: both fleets would hear the same queues.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class LocationCollection : ICollectionFixture<LocationCity>;

/// <inheritdoc cref="LocationCollection"/>
[CollectionDefinition(DisableParallelization = true)]
public sealed class SilenceCollection : ICollectionFixture<CompressedCity>;

/// <summary>Two copies of location on real stores, and a vocabulary to tell stories about drivers and rides with.</summary>
public class LocationCity : LocationServers
{
    /// <summary>Calls with positions that a copy works on at once, and that may wait. Fewer than the connections of a copy, so that a test which holds the store up has calls wait for it alone.</summary>
    public const int CallsAtOnce = 8, CallsWaiting = 24;

    static readonly TimeSpan HeartbeatEvery = TimeSpan.FromSeconds(2);

    /// <summary>Whoever is there waits in its queue, and is found in the order of that.</summary>
    static readonly (GeoPoint Middle, double Metres) Airport = (new(40.645, -73.79), 6_000);

    int places;

    public LocationCity()
        : this(1, new Dictionary<string, string>
        {
            // As long as a machine may stand still: who needs it to be over says so.
            ["Location__TrackGrace"] = "00:01:00",
            ["Location__PositionCallsAtOnce"] = $"{CallsAtOnce}",
            ["Location__PositionCallsWaiting"] = $"{CallsWaiting}",
        })
    {
    }

    protected LocationCity(double factor, IReadOnlyDictionary<string, string> settings)
        : base(factor, settings)
    {
    }

    /// <summary>For the one test whose search is wide: rides of others go some kilometres from their places, and never here.</summary>
    public static GeoPoint FarFromAllPlaces => new(40.91, -73.70);

    /// <summary>A spot in New York that no other test uses, three kilometres from any of theirs.</summary>
    public GeoPoint FreshPlace()
    {
        while (true)
        {
            var (row, column) = Math.DivRem(Interlocked.Increment(ref places), 14);
            var place = new GeoPoint(40.51 + (0.027 * row), -74.25 + (0.036 * column));
            if (place.MetresTo(Airport.Middle) > Airport.Metres) return place;
        }
    }

    /// <summary>An approved driver, online at a place.</summary>
    internal async Task<TestDriver> NewDriver(GeoPoint at, VehicleClass vehicleClass = VehicleClass.Standard)
    {
        var driver = new TestDriver(this, Guid.CreateVersion7());
        await Publish(RideStory.Approved(driver.Id, vehicleClass, Now));
        await Test.Until(() => Query<bool>("select exists (select from location.duties where driver_id = @Id and approved)", driver.Id));
        await driver.GoOnline(at);
        var heardAt = TimeProvider.System.GetTimestamp();
        await Test.Until(async () =>
        {
            if ((await Nearby(at, 30, vehicleClass, limit: 200)).Any(found => found.DriverId == driver.Id)) return true;

            // What Redis could not take because the machine stood still comes with the next position of a phone.
            if (TimeProvider.System.GetElapsedTime(heardAt) < HeartbeatEvery) return false;
            await driver.Report(Point(at, Now));
            heardAt = TimeProvider.System.GetTimestamp();
            return false;
        });
        return driver;
    }

    /// <summary>A ride that has been started at a fresh place, some time ago, so that its points lie in the past.</summary>
    internal async Task<TestRide> StartRide(int secondsAgo = 300, double? metresToGo = null)
    {
        var start = FreshPlace();
        var driver = await NewDriver(start);
        var ride = new TestRide(this, driver, new RideStory(driver.Id, Guid.CreateVersion7()), start, Now.AddSeconds(-secondsAgo));
        await Publish(ride.Story.Confirmed(ride.StartedAt, metresToGo is { } metres ? start.North(metres) : null), ride.Story.Started(start, ride.StartedAt));
        await Test.Until(() => IsMatchedAndStarted(ride.RideId));
        return ride;
    }

    internal async Task<IReadOnlyList<NearbyDriver>> Nearby(
        GeoPoint pickup, double radiusMetres, VehicleClass vehicleClass = VehicleClass.Standard, int limit = 50, Guid[]? exclude = null)
    {
        using var match = ServiceClient("match");
        HttpResponseMessage answer = null!;
        // While Redis is slow to answer a search is a 503, and match asks again.
        await Test.Until(async () =>
        {
            answer = await match.PostAsJsonAsync("/internal/nearby", new { pickup, cityId = "nyc", vehicleClass, radiusMetres, limit, exclude }, Json.Options, Test.Ct);
            return answer.StatusCode is not HttpStatusCode.ServiceUnavailable;
        });
        answer.EnsureSuccessStatusCode();
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(Test.Ct);
        return body.GetProperty("drivers").Deserialize<List<NearbyDriver>>(Json.Options)!;
    }

    /// <summary>The same, once every copy must have heard of what was acknowledged before.</summary>
    internal async Task<IReadOnlyList<NearbyDriver>> NearbyByNow(GeoPoint pickup, double radiusMetres, int limit = 50)
    {
        await Test.UntilMirrored(new());
        return await Nearby(pickup, radiusMetres, limit: limit);
    }

    /// <summary>Many approved, online drivers around a place, through one call of realtime.</summary>
    internal async Task Crowd(GeoPoint around, int drivers)
    {
        var ids = Enumerable.Range(0, drivers).Select(_ => Guid.CreateVersion7()).ToArray();
        await using var connection = await Postgres.OpenConnectionAsync(Test.Ct);
        await connection.ExecuteAsync(
            "insert into location.duties (driver_id, approved, vehicle_class, online, city_id, seen_at) select id, true, 'Standard', true, 'nyc', now() from unnest(@ids) id",
            new { ids });
        using var realtime = ServiceClient("realtime");
        var body = new { drivers = ids.Select((id, index) => new { driverId = id, points = new[] { Point(around.North(index), Now) } }) };
        (await realtime.PostAsJsonAsync("/internal/positions", body, Test.Ct)).EnsureSuccessStatusCode();
    }

    public Task<bool> Knows(Guid rideId) => Query<bool>("select exists (select from location.rides where ride_id = @Id)", rideId);

    public Task<bool> HasStarted(Guid rideId) =>
        Query<bool>("select exists (select from location.rides where ride_id = @Id and started_at is not null)", rideId);

    /// <summary>The two events may come in either order; where the ride goes is known from the first of them.</summary>
    public Task<bool> IsMatchedAndStarted(Guid rideId) => Query<bool>(
        "select exists (select from location.rides where ride_id = @Id and started_at is not null and matched_at is not null and planned_drop_off is not null)", rideId);

    /// <summary>As if the time in which a completed track waits for points in flight had passed.</summary>
    public Task GraceIsOver(Guid rideId) => Query<int>("update location.rides set due_at = completed_at where ride_id = @Id returning 1", rideId);

    public Task<double> DistanceOf(Guid rideId) => Query<double>("select distance_metres from location.rides where ride_id = @Id", rideId);

    public async Task<T> Query<T>(string sql, Guid id)
    {
        await using var connection = await Postgres.OpenConnectionAsync(Test.Ct);
        return (await connection.QuerySingleAsync<T>(sql, new { Id = id }))!;
    }

    /// <summary>What the service has published about one driver or ride, from its outbox, in order.</summary>
    public async Task<IReadOnlyList<TEvent>> Published<TEvent>(Guid aggregateId)
        where TEvent : Event
    {
        const string Sql = """
            select payload from (
                select id, payload, aggregate_id, event_type from location.outbox
                union all
                select id, payload, aggregate_id, event_type from location.outbox_archive) as told
            where aggregate_id = @aggregateId and event_type = @type
            order by id
            """;
        await using var connection = await Postgres.OpenConnectionAsync(Test.Ct);
        var payloads = await connection.QueryAsync<string>(Sql, new { aggregateId, type = typeof(TEvent).Name });
        return [.. payloads.Select(payload => JsonSerializer.Deserialize<TEvent>(payload, Json.Options)!)];
    }

    /// <summary>Keeps everybody else out of these tables until disposed.</summary>
    public async Task<IAsyncDisposable> Lock(params string[] tables)
    {
        var connection = await Postgres.OpenConnectionAsync(Test.Ct);
        await connection.ExecuteAsync($"begin; lock table {string.Join(", ", tables)} in access exclusive mode");
        return new OpenLock(connection);
    }

    sealed class OpenLock(Npgsql.NpgsqlConnection connection) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await connection.ExecuteAsync("rollback");
            await connection.DisposeAsync();
        }
    }
}

/// <summary>The same, ten times as fast: a driver is not offered after five minutes of silence, thirty seconds of ours, which is as long as a machine may stand still.</summary>
public sealed class CompressedCity() : LocationCity(10, new Dictionary<string, string>
{
    ["Location__OfferableFor"] = "00:05:00",
    ["Location__TrackPointsKeptFor"] = "00:01:00",
});

/// <summary>The running test.</summary>
static class Test
{
    /// <summary>Ends its waits when the run is cancelled.</summary>
    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Waits for a condition; fails after a time that only a broken service uses up, however busy the machine is.</summary>
    public static async Task Until(Func<Task<bool>> condition)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            if (TimeProvider.System.GetElapsedTime(started) > Patience) throw new TimeoutException($"The condition was not met within {Patience.TotalSeconds:0} s.");
            await Task.Delay(20, Ct);
        }
    }

    /// <summary>Waits until every copy must have heard of what was acknowledged before. Timers go by a coarser clock than mirrors, and may be early by a tick of it.</summary>
    public static Task UntilMirrored(LocationOptions rules) => Task.Delay(rules.MirrorBelievedFor + TimeSpan.FromMilliseconds(20), Ct);
}
