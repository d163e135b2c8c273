using Tumpang.AppHost;
using Tumpang.Runner.Fleets;

namespace Tumpang.Runner.Commands;

/// <summary>What to bring up.</summary>
/// <param name="DataDirectory">Its data, logs and state.</param>
/// <param name="PortBase">The gateway's port.</param>
/// <param name="Replicas">Copies of every service that scales.</param>
/// <param name="Speed">City seconds per second; null lets the city run on system time.</param>
/// <param name="CityStart">What the city's clocks show when the services start; null for now.</param>
internal sealed record FleetPlan(string DataDirectory, int PortBase, int Replicas = 1, double? Speed = null, DateTimeOffset? CityStart = null)
{
    /// <summary>What runs on the stores; a part of the topology in tests.</summary>
    public IReadOnlyList<Service> Services { get; init; } = Topology.Services;

    /// <summary>Given to every service on top of what it is handed anyway.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>The first port of the fleet that people use; FLEET_PORTS moves it, for two working copies on one machine.</summary>
    public static int MainPorts => BaseOr(7100);

    /// <summary>The first port of the fleet of the tests.</summary>
    public static int TestPorts => BaseOr(7300, shift: 200);

    /// <summary>The first port of the fleet of the benchmarks.</summary>
    public static int BenchPorts => BaseOr(7400, shift: 300);

    /// <summary>The first port of the fleet that lives through a recorded day.</summary>
    public static int DayPorts => BaseOr(7200, shift: 100);

    /// <summary>The clock of this plan, beginning now.</summary>
    public ClockSetting? Clock()
    {
        var now = TimeProvider.System.GetUtcNow();
        return Speed is null && CityStart is null ? null : new(CityStart ?? now, now, Speed ?? 1);
    }

    static int BaseOr(int usual, int shift = 0) => int.TryParse(Environment.GetEnvironmentVariable("FLEET_PORTS"), out var first) ? first + shift : usual;
}
