using System.Text.Json;
using Tumpang.Simulator;

namespace Tumpang.Benchmarks;

/// <summary>The fleet under measurement, and its stores for measuring their own limits.</summary>
public sealed class BenchFleet
{
    BenchFleet(FleetState state, string postgres, string redis, string rabbitmq)
    {
        City = new City(state.Gateway, state.Clock);
        (Postgres, Redis, RabbitMq) = (postgres, redis, rabbitmq);
    }

    /// <summary>Gateway, clock and notebook, as the simulator's phones want them.</summary>
    public City City { get; }

    /// <summary>Connection strings with every right, for the limits only.</summary>
    public string Postgres { get; }

    public string Redis { get; }

    public string RabbitMq { get; }

    /// <summary>Reads what ./fleet wrote down.</summary>
    public static BenchFleet Read()
    {
        var state = JsonDocument.Parse(File.ReadAllBytes(Environment.GetEnvironmentVariable("FLEET_STATE")!)).RootElement;
        return new(FleetState.Read(), Text("postgres"), Text("redis"), Text("rabbitMq"));

        string Text(string name) => state.GetProperty(name).GetString()!;
    }
}
