using System.Text.Json;
using Tumpang.Runner.Servers;

namespace Tumpang.Runner.Commands;

/// <summary>The servers that ./fleet test hands to the test programs.</summary>
/// <param name="Postgres">The server's owner; tests make databases of their own beside the one named here.</param>
/// <param name="RabbitMq">The default virtual host; each test project has one of its own name.</param>
/// <param name="DataDirectory">Where secrets.json is; logs and data of fixtures go below it.</param>
/// <param name="PortBase">The base of a fleet that a fixture starts on these servers.</param>
/// <param name="FreePorts">First of a hundred ports more, for servers of a fixture's own: a Redis to flush, a service beside the fleet.</param>
public sealed record TestStores(string Postgres, string Redis, string RabbitMq, string DataDirectory, int PortBase, int FreePorts)
{
    /// <summary>The environment variable that holds the path of the file.</summary>
    public const string Variable = "FLEET_TEST_STORES";

    /// <summary>What the running program was handed; null when it was started by hand.</summary>
    public static TestStores? Handed => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } path
        ? JsonSerializer.Deserialize<TestStores>(File.ReadAllBytes(path), JsonSerializerOptions.Web)
        : null;

    /// <summary>The same, as addresses for a fleet.</summary>
    public StoreAddresses Addresses => new(Postgres, Redis, RabbitMq);

    /// <summary>Hands over <paramref name="stores"/>, whoever started them.</summary>
    /// <param name="lane">Programs of different lanes run at the same time: 0 or 1.</param>
    public static TestStores Of(Stores stores, int lane = 0) => new(
        stores.Addresses.Postgres, stores.Addresses.Redis, stores.Addresses.RabbitMq, stores.Options.DataDirectory,
        stores.Options.PortBase + (3 * lane * Ports.PerFleet), stores.Options.PortBase + (2 * (lane + 1) * Ports.PerFleet));

    internal void Save(string path) => PrivateFile.Write(path, JsonSerializer.Serialize(this, JsonSerializerOptions.Web));
}
