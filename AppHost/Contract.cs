namespace Tumpang.AppHost;

/// <summary>One environment variable of a process.</summary>
public sealed record Variable(string Name, Value Value);

/// <summary>Where the value of a variable comes from. Each host has its own way to it: the names are the contract.</summary>
public abstract record Value
{
    /// <summary>The same everywhere.</summary>
    public sealed record Text(string Content) : Value;

    /// <summary>Generated once per installation and kept: letters and digits only, because connection strings are not escaped.</summary>
    public sealed record Secret(string Name) : Value;

    /// <summary>The string that opens a store; for Postgres as <paramref name="Role"/>, or as the owner of the server when that is null.</summary>
    public sealed record Connection(Store Store, string? Role = null) : Value;

    /// <summary>Absolute URLs of a service; the name ends in __0, further copies count on.</summary>
    public sealed record AddressOf(string Service) : Value;
}

/// <summary>
/// What every process is handed, name for name, whoever runs it. Beyond this both hosts set ASPNETCORE_URLS, OTEL_SERVICE_NAME and
/// OTEL_RESOURCE_ATTRIBUTES per copy, CityClock__* for a compressed city, and OTEL_EXPORTER_OTLP_* when there is a collector;
/// the process runner names a directory for prepared road graphs, Roads__CacheDirectory.
/// </summary>
public static class Contract
{
    /// <summary>The variables of a service.</summary>
    public static IEnumerable<Variable> Of(Service service) =>
    [
        new("ASPNETCORE_ENVIRONMENT", new Value.Text("Development")),
        .. service.Stores.Select(store => new Variable(ConnectionString(store), new Value.Connection(store, store is Store.Postgres ? service.Name : null))),
        .. service.Calls.Select(called => new Variable($"services__{called}__http__0", new Value.AddressOf(called))),
        new("Postgres__MaxPoolSize", new Value.Text($"{service.PoolSize}")),
        .. service.Secrets.Select(secret => new Variable($"Secrets__{secret}", new Value.Secret(secret))),
        .. service.Callers.Select(caller => new Variable($"ServiceKeys__Callers__{caller}", new Value.Secret(KeyOf(caller)))),
        .. Calls(service) ? [new Variable("ServiceKeys__Own", new Value.Secret(KeyOf(service.Name)))] : Array.Empty<Variable>(),
    ];

    /// <summary>The variables of the migrator, which creates the roles and therefore knows their passwords.</summary>
    public static IEnumerable<Variable> OfMigrator =>
    [
        new("DOTNET_ENVIRONMENT", new Value.Text("Development")),
        new(ConnectionString(Store.Postgres), new Value.Connection(Store.Postgres)),
        .. Topology.Roles.Select(role => new Variable($"Roles__{role}", new Value.Secret(PasswordOf(role)))),
    ];

    /// <summary>Every secret that has to exist before anything starts, stores' own passwords included.</summary>
    public static IReadOnlyList<string> Secrets { get; } =
    [
        .. Enum.GetValues<Store>().Select(store => PasswordOf(Topology.NameOf(store))),
        .. Topology.Roles.Select(PasswordOf),
        .. Topology.Secrets,
        .. Topology.Services.Where(Calls).Select(service => KeyOf(service.Name)),
    ];

    /// <summary>The secret that is the password of a store, or of a role in Postgres.</summary>
    public static string PasswordOf(string storeOrRole) => $"{storeOrRole}-password";

    /// <summary>The secret that <paramref name="caller"/> shows to the services it calls.</summary>
    public static string KeyOf(string caller) => $"{caller}-service-key";

    static bool Calls(Service service) => Topology.Services.Any(other => other.Callers.Contains(service.Name));

    static string ConnectionString(Store store) => $"ConnectionStrings__{Topology.NameOf(store)}";
}
