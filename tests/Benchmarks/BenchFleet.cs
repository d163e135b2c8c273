using System.Text.Json;
using Tumpang.Simulator;

namespace Tumpang.Benchmarks;

/// <summary>The fleet under measurement, and its stores for measuring their own limits. Looked for at the first use: some benchmarks need none.</summary>
public sealed class BenchFleet
{
    readonly Lazy<JsonElement> state = new(() => JsonDocument.Parse(File.ReadAllBytes(Environment.GetEnvironmentVariable("FLEET_STATE")!)).RootElement);
    readonly Lazy<City> city = new(Find);

    /// <summary>Gateway, clock and notebook, as the simulator's phones want them.</summary>
    public City City => city.Value;

    /// <summary>What went wrong on the phones.</summary>
    public IEnumerable<string> Errors => city.IsValueCreated ? City.Measured.Errors : [];

    /// <summary>Connection strings with every right, for the limits only.</summary>
    public string Postgres => Text("postgres");

    public string Redis => Text("redis");

    public string RabbitMq => Text("rabbitMq");

    /// <summary>The first copy of a service: its process, and where it listens.</summary>
    public (int Pid, Uri Address) Process(string name)
    {
        var process = state.Value.GetProperty("processes").EnumerateArray().First(each => each.GetProperty("name").GetString() == name);
        return (process.GetProperty("pid").GetInt32(), new(process.GetProperty("url").GetString()!));
    }

    static City Find()
    {
        var written = FleetState.Read();
        return new(written.Gateway, written.Clock);
    }

    string Text(string name) => state.Value.GetProperty(name).GetString()!;
}
