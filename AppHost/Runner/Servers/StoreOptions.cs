using Tumpang.AppHost;

namespace Tumpang.Runner.Servers;

/// <summary>What the stores of one fleet are like.</summary>
/// <param name="DataDirectory">Where data, secrets, logs and process records live; created when it is missing.</param>
/// <param name="PortBase">First of the hundred ports that belong to this fleet; see <see cref="Ports"/>.</param>
public sealed record StoreOptions(string DataDirectory, int PortBase)
{
    /// <summary>Connections that Postgres admits.</summary>
    public int MaxConnections { get; init; } = Topology.MaxConnections(1);

    /// <summary>Virtual hosts of the broker besides the default one, made at its first start: tests get one per process.</summary>
    public IReadOnlyList<string> VirtualHosts { get; init; } = [];
}

/// <summary>Which port is whose, from the base of a fleet: stores on +1 to +9, a service on +10, +20, … plus its copy, the gateway on the base itself.</summary>
public static class Ports
{
    /// <summary>Ports of one fleet.</summary>
    public const int PerFleet = 100;

    /// <summary>Copies of one service that have ports.</summary>
    public const int MaxCopies = 9;

    internal const int Postgres = 1;
    internal const int Redis = 2;
    internal const int RabbitMq = 3;
    internal const int RabbitMqDistribution = 4;
    internal const int ErlangPortMapper = 5;

    /// <summary>The port of a copy of a service; the gateway's first copy has the base.</summary>
    public static int Of(int portBase, Service service, int copy)
    {
        // By name: a test may run a service with other settings than the topology's.
        var position = Topology.Services.ToList().FindIndex(other => other.Name == service.Name);
        return position == 0 ? portBase + (copy * (MaxCopies + 1)) : portBase + (position * (MaxCopies + 1)) + copy;
    }
}
