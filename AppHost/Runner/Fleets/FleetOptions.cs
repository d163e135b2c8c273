using Tumpang.AppHost;
using Tumpang.Runner.Servers;

namespace Tumpang.Runner.Fleets;

/// <summary>Which services run, how many copies, on which stores.</summary>
/// <param name="Repository">Root of the repository; its Release build is what runs.</param>
/// <param name="DataDirectory">Logs and process records go here.</param>
/// <param name="PortBase">The gateway's port, and the first of the hundred of this fleet.</param>
public sealed record FleetOptions(Repository Repository, string DataDirectory, int PortBase, StoreAddresses Stores, Secrets Secrets)
{
    /// <summary>Copies of every service that scales.</summary>
    public int Replicas { get; init; } = 1;

    /// <summary>The services to run; all of the topology by default. A part of it serves tests of that part.</summary>
    public IReadOnlyList<Service> Services { get; init; } = Topology.Services;

    /// <summary>City time; null is system time.</summary>
    public ClockSetting? Clock { get; init; }

    /// <summary>Variables on top of the contract, for every process: shorter time limits in a test, for example.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();
}
