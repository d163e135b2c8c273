using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Realtime.Tests;

/// <summary>Redis forgets everything. Runs alone: with it go the inboxes of every other test.</summary>
[Collection(nameof(EmptiedRedisTests))]
[CollectionDefinition(nameof(EmptiedRedisTests), DisableParallelization = true)]
public sealed class EmptiedRedisTests(RealtimeFleet fleet)
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Redis holds what may be lost: the phone is told to read the present state, and hears what comes.</summary>
    [Fact]
    public async Task After_redis_was_emptied_a_phone_is_told_to_resync_and_hears_again()
    {
        var arrived = Arrived();
        string lastId;
        await using (var before = await fleet.Open(arrived.DriverId))
        {
            await fleet.Bus.Publish(Ct, arrived);
            lastId = (await before.Hears("driver-arrived")).GetProperty("id").GetString()!;
        }

        await fleet.EmptyRedis();
        await using var after = await fleet.Open(arrived.DriverId, lastId: lastId);
        await after.Hears("resync");
        await fleet.Bus.Publish(Ct, Arrived() with { DriverId = arrived.DriverId });
        await after.Hears("driver-arrived");
    }

    /// <summary>An open socket outlives a flush: presence is said again within a turn.</summary>
    [Fact]
    public async Task An_open_socket_hears_again_after_redis_was_emptied()
    {
        var arrived = Arrived();
        await using var driver = await fleet.Open(arrived.DriverId);

        await fleet.EmptyRedis();
        await fleet.Bus.Publish(Ct, arrived);

        await driver.Hears("driver-arrived");
    }

    static DriverArrived Arrived() =>
        new(Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7(), new GeoPoint(40.7580, -73.9855)) { OccurredAt = DateTimeOffset.UnixEpoch, Version = 2 };
}
