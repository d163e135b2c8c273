using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Location.Tests.Service;

/// <summary>What Redis believes of a driver while several changes of the same duty are on their way to it.</summary>
[Collection<LocationCollection>]
public sealed class PoolTests(LocationCity city)
{
    /// <summary>
    /// Two copies change a duty one after the other, as when a match is confirmed and the ride starts at once: what the first tells Redis may come after the
    /// second has announced its change, and would hide from positions that a track has begun.
    /// </summary>
    [Fact]
    public async Task Late_news_of_an_earlier_change_is_not_believed_while_a_later_one_is_made()
    {
        using var connection = await city.ConnectToRedis();
        var copy = new PoolCopy("pool-late-news", connection, TimeProvider.System, new());
        var free = copy.Free(Guid.CreateVersion7());
        var matched = free with { RideId = Guid.CreateVersion7(), Version = 2 };
        var started = matched with { TrackRideId = matched.RideId, Version = 3 };
        await copy.Pool.Remember(copy.CityId, free);

        await Task.WhenAll(copy.Pool.Withdraw(copy.CityId, started), copy.Pool.Remember(copy.CityId, matched));
        var meanwhile = (await copy.Pool.Read([(copy.CityId, free.DriverId)])).Single().Duty;
        await copy.Pool.Remember(copy.CityId, started);
        var afterwards = (await copy.Pool.Read([(copy.CityId, free.DriverId)])).Single().Duty;

        Assert.Null(meanwhile);
        Assert.Equal(started, afterwards);
    }
}
