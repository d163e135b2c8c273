using System.Diagnostics;
using StackExchange.Redis;
using Tumpang.Contracts;
using Tumpang.Locations;
using Xunit;
using static Tumpang.Location.Tests.Service.Places;

namespace Tumpang.Location.Tests.Service;

/// <summary>
/// The drivers in memory are those in Redis: what the script of Redis answers is what memory answers, or memory does not answer. Each test in a city of its
/// own, with copies of the pool in its own process.
/// </summary>
[Collection<LocationCollection>]
public sealed class MirrorTests(LocationCity city)
{
    static readonly LocationOptions Patient = new() { MirrorBelievedFor = TimeSpan.FromMinutes(1) };

    /// <summary>
    /// Drivers come online, move, change their class, get busy, fall silent and are swept, through two copies in turn; time passes, news comes late and
    /// twice, Redis is flushed. After every few changes both memories answer as the script does: the same drivers, places, times and distances in the same
    /// order.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Memory_answers_as_the_script_does(int seed)
    {
        using var connection = await city.ConnectToRedis();
        var (random, clock) = (new Random(seed), new StandingClock());
        var story = new PoolStory(random, clock, [.. Enumerable.Range(0, 2).Select(_ => new PoolCopy($"mirror-{seed}", connection, clock, Patient))]);

        var answered = 0;
        for (var round = 0; round < 60; round++)
        {
            for (var change = 0; change < 25; change++) await story.Change();
            if (random.Next(25) == 0) await city.FlushRedis();
            foreach (var copy in story.Copies) answered += await AssertSame(copy, random, searches: 6);
        }

        Assert.True(answered > 1_000, $"The searches found {answered} drivers in all, which shows little.");
        foreach (var copy in story.Copies) Assert.Equal(0, await copy.Mirror.Compare());
    }

    /// <summary>What was acknowledged to anybody is what everybody is answered, at the latest when memory may not be believed any more.</summary>
    [Fact]
    public async Task A_copy_whose_wire_is_mute_stops_believing_its_memory_in_time()
    {
        await using var wire = city.WireToRedis();
        using var connection = await city.ConnectToRedis();
        using var muted = await city.ConnectToRedis(wire);
        var rules = new LocationOptions();
        var (near, far) = (new PoolCopy("mirror-mute", connection, TimeProvider.System, rules), new PoolCopy("mirror-mute", muted, TimeProvider.System, rules));
        var (duty, query) = (near.Free(Guid.CreateVersion7()), Query.Of(TimesSquare));
        await near.Offer(duty, TimesSquare.North(100));
        await Test.Until(async () =>
        {
            await far.Mirror.Follow();
            return far.InMemory(query) is [var found] && found.DriverId == duty.DriverId;
        });

        wire.MuteWhatIsOpen();
        await near.Pool.Withdraw(near.CityId, duty with { Version = 2 });
        var withdrawn = Stopwatch.GetTimestamp();
        // The time is taken before the question: between the two a busy machine may do anything else.
        var askedAfter = TimeSpan.Zero;
        while (far.InMemory(query) is not null)
        {
            Assert.True(askedAfter < 2 * rules.MirrorBelievedFor);
            askedAfter = Stopwatch.GetElapsedTime(withdrawn);
        }

        await Assert.ThrowsAnyAsync<Exception>(() => far.Nearby(query));
        Assert.Empty(await near.InRedis(query));
    }

    [Fact]
    public async Task A_position_written_by_one_copy_is_found_by_every_other_in_time()
    {
        using var connection = await city.ConnectToRedis();
        var copies = Enumerable.Range(0, 3).Select(_ => new PoolCopy("mirror-copies", connection, TimeProvider.System, new())).ToArray();
        var duty = copies[0].Free(Guid.CreateVersion7());
        using var end = new CancellationTokenSource();
        await Task.WhenAll(copies.Select(copy => copy.Follower.StartAsync(end.Token)));

        for (var step = 0; step < 50; step++)
        {
            var writer = copies[step % copies.Length];
            await writer.Offer(duty, TimesSquare.North(10 * step));
            await Test.UntilMirrored(writer.Rules);

            foreach (var copy in copies) Assert.Equal(10 * step, (await copy.Nearby(Query.Of(TimesSquare))).Single().DistanceMetres);
        }

        await Task.WhenAll(copies.Select(copy => copy.Follower.StopAsync(Test.Ct)));
    }

    [Fact]
    public async Task After_a_flush_of_Redis_nobody_is_in_memory_until_the_next_heartbeat()
    {
        using var connection = await city.ConnectToRedis();
        var copy = new PoolCopy("mirror-flush", connection, TimeProvider.System, Patient);
        var (duty, query) = (copy.Free(Guid.CreateVersion7()), Query.Of(TimesSquare));
        await copy.Offer(duty, TimesSquare);
        await copy.Mirror.Follow();
        Assert.Single(copy.InMemory(query)!);

        await city.FlushRedis();
        await copy.Mirror.Follow();
        Assert.Empty(copy.InMemory(query)!);

        await copy.Offer(duty, TimesSquare.North(50));
        await copy.Mirror.Follow();
        Assert.Equal(50, copy.InMemory(query)!.Single().DistanceMetres);
    }

    /// <summary>
    /// A copy that slept while more happened than the feed keeps, or whose entry is not in the feed any more: a server that came back with an older state.
    /// </summary>
    [Theory]
    [InlineData("slept")]
    [InlineData("rewritten")]
    public async Task A_copy_that_lost_the_thread_reads_everything_anew(string how)
    {
        using var connection = await city.ConnectToRedis();
        var copies = Enumerable.Range(0, 2).Select(_ => new PoolCopy($"mirror-{how}", connection, TimeProvider.System, Patient)).ToArray();
        var gone = copies[0].Free(Guid.CreateVersion7());
        await copies[0].Offer(gone, TimesSquare);
        await copies[1].Mirror.Follow();

        var (cityId, others) = (copies[0].CityId, how == "slept" ? 9_500 : 5);
        if (how == "slept") await copies[0].Pool.Withdraw(cityId, gone with { Version = 2 });
        else await copies[0].Redis.KeyDeleteAsync([.. PoolKeys.DriverAndPools(cityId, gone.DriverId)]);
        var newcomers = Enumerable.Range(0, others).Select(number => (Duty: copies[0].Free(Guid.CreateVersion7()), Place: TimesSquare.North(number % 500)));
        foreach (var some in newcomers.Chunk(100)) await Task.WhenAll(some.Select(driver => copies[0].Offer(driver.Duty, driver.Place)));
        await copies[1].Mirror.Follow();

        await AssertSame(copies[1], Query.Of(TimesSquare) with { Limit = 200 });
        Assert.DoesNotContain(gone.DriverId, copies[1].InMemory(Query.Of(TimesSquare))!.Select(driver => driver.DriverId));
    }

    /// <summary>The watch sees whatever the feed did not tell, and mends it.</summary>
    [Theory]
    [InlineData("moved")]
    [InlineData("missing")]
    [InlineData("added")]
    public async Task What_is_not_in_memory_as_in_Redis_is_counted_and_read_anew(string how)
    {
        using var connection = await city.ConnectToRedis();
        var copy = new PoolCopy($"mirror-{how}", connection, TimeProvider.System, Patient);
        var duties = Enumerable.Range(0, 10).Select(_ => copy.Free(Guid.CreateVersion7())).ToArray();
        foreach (var duty in duties) await copy.Offer(duty, TimesSquare);
        await copy.Mirror.Follow();
        Assert.Equal(0, await copy.Mirror.Compare());

        RedisKey positions = PoolKeys.Positions(copy.CityId, VehicleClass.Standard), seen = PoolKeys.Seen(copy.CityId, VehicleClass.Standard);
        RedisValue member = (how == "added" ? Guid.CreateVersion7() : duties[3].DriverId).ToString("N");
        if (how == "missing") await copy.Redis.SortedSetRemoveAsync(positions, member);
        else await copy.Redis.ExecuteAsync("GEOADD", positions, UnionSquare.Longitude, UnionSquare.Latitude, member);
        if (how == "added") await copy.Redis.SortedSetAddAsync(seen, member, copy.Clock.GetUtcNow().ToUnixTimeMilliseconds());

        Assert.Equal(1, await copy.Mirror.Compare());
        await copy.Mirror.Follow();
        await AssertSame(copy, Query.Of(TimesSquare));
        Assert.Equal(0, await copy.Mirror.Compare());
    }

    /// <summary>NebengJek 34: while memory is not believed, Redis does not pay for those who are not asked for either.</summary>
    [Fact]
    public async Task A_search_by_Redis_costs_what_it_answers_and_not_what_is_there()
    {
        using var connection = await city.ConnectToRedis();
        var copy = new PoolCopy("mirror-costs", connection, TimeProvider.System, Patient);
        foreach (var number in Enumerable.Range(0, 300)) await copy.Offer(copy.Free(Guid.CreateVersion7()), TimesSquare.North(number));

        var before = await city.CallsOfRedis("zscore");
        var found = await copy.InRedis(Query.Of(TimesSquare) with { Limit = 5 });

        Assert.Equal(5, found.Count);
        Assert.InRange(await city.CallsOfRedis("zscore") - before, 5, 20);
    }

    static async Task<int> AssertSame(PoolCopy copy, Random random, int searches)
    {
        await copy.Mirror.Follow();
        var found = 0;
        for (var search = 0; search < searches; search++) found += await AssertSame(copy, PoolStory.AnyQuery(random));
        return found;
    }

    /// <summary>Equal but for the order of drivers who are equally far away, in which Redis is free.</summary>
    static async Task<int> AssertSame(PoolCopy copy, Query query)
    {
        var (memory, redis) = (copy.InMemory(query)!, await copy.InRedis(query));
        Assert.Equal(redis.Select(driver => driver.DistanceMetres), memory.Select(driver => driver.DistanceMetres));
        var beyond = redis.Count == query.Limit ? redis[^1].DistanceMetres : int.MaxValue;
        Assert.Equal(InOrder(redis), InOrder(memory));
        return redis.Count;

        // Who is last among many equals is anybody's choice.
        IEnumerable<NearbyDriver> InOrder(IEnumerable<NearbyDriver> drivers) =>
            drivers.Where(driver => driver.DistanceMetres < beyond).OrderBy(driver => driver.DistanceMetres).ThenBy(driver => driver.DriverId);
    }
}

/// <summary>Everything that happens to drivers, at random.</summary>
sealed class PoolStory(Random random, StandingClock clock, PoolCopy[] copies)
{
    const int Drivers = 80;

    readonly Duty[] duties = [.. Enumerable.Range(0, Drivers).Select(_ => copies[0].Free(Guid.CreateVersion7()))];

    public IReadOnlyList<PoolCopy> Copies => copies;

    PoolCopy AnyCopy => copies[random.Next(copies.Length)];

    public static Query AnyQuery(Random random) => new(
        AnyOf(random, VehicleClass.Standard, VehicleClass.Standard, VehicleClass.Van, VehicleClass.Premium), AnyPlace(random),
        AnyOf(random, 50, 500, 3_000, 20_000.0), AnyOf(random, 1, 5, 20, 200), []);

    public Task Change()
    {
        var driver = random.Next(Drivers);
        return random.Next(20) switch
        {
            < 12 => Heartbeat(driver),
            < 14 => Alter(driver, duties[driver] with { VehicleClass = AnyOf(random, VehicleClass.Standard, VehicleClass.Van) }),
            14 => Alter(driver, duties[driver] with { RideId = duties[driver].RideId is null ? Guid.CreateVersion7() : null }),
            15 => Alter(driver, duties[driver] with { Online = !duties[driver].Online }),
            16 => AnyCopy.Pool.Remember(copies[0].CityId, duties[driver] with { Version = duties[driver].Version - 1 }),
            17 => AnyCopy.Pool.Sweep(copies[0].CityId, AnyOf(random, Enum.GetValues<VehicleClass>()), atMost: 30),
            _ => Wait(),
        };
    }

    static GeoPoint AnyPlace(Random random) => random.Next(4) == 0
        ? new(40.49 + (random.NextDouble() * 0.44), -74.27 + (random.NextDouble() * 0.59))
        : new(TimesSquare.Latitude + ((random.NextDouble() - 0.5) / 100), TimesSquare.Longitude + ((random.NextDouble() - 0.5) / 100));

    static T AnyOf<T>(Random random, params T[] choices) => choices[random.Next(choices.Length)];

    /// <summary>As intake does: what is unknown to Redis is remembered first. Now and then of several drivers at once, and older than what is known.</summary>
    async Task Heartbeat(int first)
    {
        var copy = AnyCopy;
        var beating = Enumerable.Range(first, AnyOf(random, 1, 1, 5, 40)).Select(driver => duties[driver % Drivers]).ToArray();
        var known = await copy.Pool.Read(beating.Select(duty => (copy.CityId, duty.DriverId)));
        foreach (var (duty, _) in beating.Zip(known).Where(driver => driver.Second.Duty is null)) await copy.Pool.Remember(copy.CityId, duty);
        await copy.Pool.Place([.. beating.Select(duty => new Placement(copy.CityId, duty, new(AnyPlace(random), clock.Now.AddSeconds(-random.Next(20)))))]);
    }

    /// <summary>As a committed change does, or one that was withdrawn and remembered the other way round.</summary>
    async Task Alter(int driver, Duty after)
    {
        duties[driver] = after with { Version = after.Version + 1 };
        if (!after.IsAvailable || random.Next(3) == 0) await AnyCopy.Pool.Withdraw(copies[0].CityId, duties[driver]);
        if (random.Next(5) > 0) await AnyCopy.Pool.Remember(copies[0].CityId, duties[driver]);
    }

    Task Wait()
    {
        clock.Now += TimeSpan.FromSeconds(random.Next(15));
        return Task.CompletedTask;
    }
}
