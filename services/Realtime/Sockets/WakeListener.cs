using StackExchange.Redis;

namespace Tumpang.Realtime.Sockets;

/// <summary>Hears from Redis that an inbox of a user at this copy has something new, and that a user has a newer socket elsewhere.</summary>
sealed class WakeListener(IConnectionMultiplexer redis, Connections connections) : IHostedService
{
    const int IdLength = 32;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // The multiplexer subscribes again by itself after a lost connection.
        var subscriber = redis.GetSubscriber();
        subscriber.Subscribe(Presence.WakeChannel(connections.Copy), (_, user) => connections.Wake(Guid.ParseExact(user!, "n")));
        subscriber.Subscribe(Presence.ReplacedChannel, (_, message) => Replaced(message!));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    void Replaced(string message) => connections.Replaced(Guid.ParseExact(message[..IdLength], "n"), Guid.ParseExact(message[IdLength..], "n"));
}
