using StackExchange.Redis;
using Tumpang.Realtime.Sockets;
using Tumpang.ServiceDefaults;

namespace Tumpang.Realtime.Features;

/// <summary>
/// Says again, for every socket here, that this copy holds it, and looks into its inbox: what a flush of Redis or a lost
/// wake-up hid is found within one turn. A turn walks all sockets in small steps, so that no event waits behind ten thousand of them.
/// </summary>
sealed class RefreshPresence(IDatabase redis, Connections connections) : ISweep
{
    const int Steps = 20, AtOnce = 32;

    public TimeSpan Every => TimeSpan.FromSeconds(15);

    public async Task<bool> Sweep(CancellationToken ct)
    {
        for (var step = 0; step < Steps; step++)
        {
            foreach (var some in connections.Part(step, Steps).Chunk(AtOnce))
            {
                await Task.WhenAll(some.Select(Refresh));
            }

            await Task.Delay(Every / (Steps + 1), ct);
        }

        return false;
    }

    async Task Refresh(Connection connection)
    {
        if (await Presence.Refresh(redis, connections.Copy, connection))
        {
            connection.Wake();
        }
    }
}
