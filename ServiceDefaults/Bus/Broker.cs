using Microsoft.Extensions.Configuration;
using RabbitMQ.Client;

namespace Tumpang.ServiceDefaults.Bus;

/// <summary>Opens plain connections to the broker, for publishing; consumers are MassTransit's.</summary>
public static class Broker
{
    /// <summary>A connection that does not recover by itself: its user starts over, and so re-checks what the broker remembers.</summary>
    public static Task<IConnection> Connect(IConfiguration configuration, string name, CancellationToken ct)
    {
        var factory = new ConnectionFactory
        {
            Uri = Address(configuration),
            AutomaticRecoveryEnabled = false,
            RequestedHeartbeat = TimeSpan.FromSeconds(15),
        };
        return factory.CreateConnectionAsync(name, ct);
    }

    internal static Uri Address(IConfiguration configuration) =>
        new(configuration.GetConnectionString("rabbitmq") ?? throw new InvalidOperationException("ConnectionStrings:rabbitmq is not set."));
}
