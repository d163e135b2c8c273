using StackExchange.Redis;
using Tumpang.Realtime.Sockets;
using Tumpang.ServiceDefaults;

namespace Tumpang.Realtime.Features;

/// <summary>
/// Says again, for every socket here, that this copy holds it, and looks into its inbox: what a flush of Redis or a lost
/// wake-up hid is found within one turn.
/// </summary>
sealed class RefreshPresence(IDatabase redis, Connections connections) : ISweep
{
    const int AtOnce = 64;

    public TimeSpan Every => TimeSpan.FromSeconds(15);

    public async Task<bool> Sweep(CancellationToken ct)
    {
        foreach (var some in connections.All.Chunk(AtOnce))
        {
            await Task.WhenAll(some.Select(connection => Presence.Refresh(redis, connections.Copy, connection)));
            Array.ForEach(some, connection => connection.Wake());
        }

        return false;
    }
}
