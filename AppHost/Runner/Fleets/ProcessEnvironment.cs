using Tumpang.AppHost;
using Tumpang.Runner.Servers;

namespace Tumpang.Runner.Fleets;

/// <summary>Turns the contract into variables with values, as the Aspire host does in its own way.</summary>
public static class ProcessEnvironment
{
    /// <summary>The small collector: on a machine shared by nine services, a heap per core and service would be the larger part of their memory.</summary>
    static readonly KeyValuePair<string, string>[] Runtime = [new("DOTNET_gcServer", "0")];

    /// <summary>The variables of one copy of a service.</summary>
    public static IReadOnlyDictionary<string, string> Of(Service service, int copy, FleetOptions fleet) => Merge(
        Runtime,
        Contract.Of(service).SelectMany(variable => Values(variable, fleet)),
        [
            new("ASPNETCORE_URLS", Url(service, copy, fleet).GetLeftPart(UriPartial.Authority)),
            // Prepared road graphs are the same for every fleet of this working copy.
            new("Roads__CacheDirectory", Path.Combine(fleet.Repository.StateDirectory, "roads")),
            new("OTEL_SERVICE_NAME", service.Name),
            new("OTEL_RESOURCE_ATTRIBUTES", $"service.instance.id={service.Name}-{copy}"),
        ],
        fleet.Clock?.Variables ?? [],
        fleet.Settings);

    /// <summary>The variables of the migrator.</summary>
    public static IReadOnlyDictionary<string, string> OfMigrator(StoreAddresses stores, Secrets secrets) => Merge(
        Runtime,
        Contract.OfMigrator.Select(variable => new KeyValuePair<string, string>(variable.Name, Single(variable.Value, stores, secrets))));

    /// <summary>Where a copy of a service listens.</summary>
    public static Uri Url(Service service, int copy, FleetOptions fleet) => new($"http://127.0.0.1:{Ports.Of(fleet.PortBase, service, copy)}");

    /// <summary>One variable for one value; for an address one per copy, because there is no proxy in front of them.</summary>
    static IEnumerable<KeyValuePair<string, string>> Values(Variable variable, FleetOptions fleet) => variable.Value switch
    {
        Value.AddressOf(var name) => Enumerable.Range(0, Topology.CopiesOf(Topology.Find(name), fleet.Replicas)).Select(copy =>
            new KeyValuePair<string, string>($"{variable.Name[..^1]}{copy}", Url(Topology.Find(name), copy, fleet).GetLeftPart(UriPartial.Authority))),
        var value => [new(variable.Name, Single(value, fleet.Stores, fleet.Secrets))],
    };

    static string Single(Value value, StoreAddresses stores, Secrets secrets) => value switch
    {
        Value.Text(var content) => content,
        Value.Secret(var name) => secrets[name],
        Value.Connection(var store, var role) => stores.Of(store, role, secrets),
        _ => throw new ArgumentOutOfRangeException(nameof(value)),
    };

    static Dictionary<string, string> Merge(params IEnumerable<KeyValuePair<string, string>>[] parts)
    {
        var merged = new Dictionary<string, string>();
        foreach (var (name, value) in parts.SelectMany(part => part))
        {
            merged[name] = value;
        }

        return merged;
    }
}
