namespace Tumpang.AppHost;

/// <summary>A server that keeps something for the fleet.</summary>
public enum Store
{
    /// <summary>What must never be lost: one database, a schema and a role per service.</summary>
    Postgres,

    /// <summary>What may be lost: live positions, presence, push inboxes.</summary>
    Redis,

    /// <summary>Events on their way.</summary>
    RabbitMq,
}

/// <summary>One service of the fleet: what it is, and everything it needs from whoever runs it.</summary>
/// <param name="Name">Its one name: resource, queue prefix, telemetry name, database role tumpang_&lt;name&gt;.</param>
/// <param name="Project">Path of its project from the root of the repository.</param>
public sealed record Service(string Name, string Project)
{
    /// <summary>The schema that it owns; null when it owns none. Every service has a role, which may at least read the key ring.</summary>
    public string? Schema { get; init; }

    /// <summary>The stores it uses.</summary>
    public IReadOnlyList<Store> Stores { get; init; } = [Store.Postgres];

    /// <summary>The services it calls over HTTP; it gets their addresses.</summary>
    public IReadOnlyList<string> Calls { get; init; } = [];

    /// <summary>The services whose calls it accepts on its internal routes; it gets their keys.</summary>
    public IReadOnlyList<string> Callers { get; init; } = [];

    /// <summary>What must be healthy before it starts, besides its stores and the migrator. Empty for most: a service that is down delays others, it never fails them.</summary>
    public IReadOnlyList<string> WaitsFor { get; init; } = [];

    /// <summary>Names of the <see cref="Topology.Secrets"/> that it may know.</summary>
    public IReadOnlyList<string> Secrets { get; init; } = [];

    /// <summary>Whether it is a door for phones. Everything else listens for the fleet alone.</summary>
    public bool Public { get; init; }

    /// <summary>Copies that run when nobody asks for more.</summary>
    public int Copies { get; init; } = 1;

    /// <summary>Whether --replicas multiplies it. The gateway owns the one public port, the sandbox plays the one outside world.</summary>
    public bool Scales { get; init; } = true;

    /// <summary>Most database connections that one copy may hold in its pool.</summary>
    public int PoolSize { get; init; } = 2;

    /// <summary>Its database role.</summary>
    public string Role => Topology.RolePrefix + Name;
}

/// <summary>
/// What runs, once. The Aspire host (AppHost.cs) and the process runner (Runner/) both read this list, so they cannot drift apart;
/// what each process is handed follows from it in <see cref="Contract"/>.
/// </summary>
public static class Topology
{
    /// <summary>The one database.</summary>
    public const string Database = "tumpang";

    /// <summary>Roles are named tumpang_ride, tumpang_match, …</summary>
    public const string RolePrefix = "tumpang_";

    /// <summary>Runs to its end, as the owner of the database, before any service starts.</summary>
    public const string Migrator = "migrator";

    /// <summary>Path of the migrator's project from the root of the repository.</summary>
    public const string MigratorProject = "schemas/Migrator/Migrator.csproj";

    /// <summary>A role that reads every schema and writes none: the invariants are checked with it.</summary>
    public const string Auditor = "auditor";

    /// <summary>Settings that nobody outside may know; 32 random bytes in hexadecimal, generated once per installation.</summary>
    public static IReadOnlyList<string> Secrets { get; } = ["QuoteSigningKey", "WebhookSigningKey", "ProviderApiKey", "PersonalDataKey", "CardTokenKey"];

    /// <summary>Every service. The position of a service decides its port under the process runner; add new ones at the end.</summary>
    public static IReadOnlyList<Service> Services { get; } =
    [
        new("gateway", "gateway/Gateway.csproj")
        {
            Calls = ["user", "location", "match", "ride", "billing", "payment", "realtime", "sandbox"],
            WaitsFor = ["user", "location", "match", "ride", "billing", "payment", "realtime", "sandbox"],
            Public = true,
            Scales = false,
        },
        new("user", "services/User/User.csproj")
        {
            Schema = "users",
            Stores = [Store.Postgres, Store.Redis, Store.RabbitMq],
            Calls = ["sandbox"],
            Secrets = ["PersonalDataKey", "ProviderApiKey"],
            PoolSize = 12,
        },
        new("location", "services/Location/Location.csproj")
        {
            Schema = "location",
            Stores = [Store.Postgres, Store.Redis, Store.RabbitMq],
            Callers = ["match", "realtime", "billing"],
            PoolSize = 20,
        },
        new("match", "services/Match/Match.csproj")
        {
            Schema = "match",
            Stores = [Store.Postgres, Store.RabbitMq],
            Calls = ["location"],
            Callers = ["billing"],
            Secrets = ["QuoteSigningKey"],
            PoolSize = 20,
        },
        new("ride", "services/Ride/Ride.csproj")
        {
            Schema = "ride",
            Stores = [Store.Postgres, Store.RabbitMq],
            Secrets = ["QuoteSigningKey"],
            PoolSize = 20,
        },
        new("billing", "services/Billing/Billing.csproj")
        {
            Schema = "billing",
            Stores = [Store.Postgres, Store.RabbitMq],
            Calls = ["match", "location", "payment"],
            Callers = ["payment"],
            Secrets = ["QuoteSigningKey"],
            PoolSize = 20,
        },
        new("payment", "services/Payment/Payment.csproj")
        {
            Schema = "payment",
            Stores = [Store.Postgres, Store.RabbitMq],
            Calls = ["sandbox", "billing"],
            Callers = ["billing"],
            Secrets = ["WebhookSigningKey", "ProviderApiKey", "CardTokenKey"],
            PoolSize = 16,
        },
        new("realtime", "services/Realtime/Realtime.csproj")
        {
            Stores = [Store.Postgres, Store.Redis, Store.RabbitMq],
            Calls = ["location"],
        },
        new("sandbox", "services/Sandbox/Sandbox.csproj")
        {
            Schema = "sandbox",
            Calls = ["payment"],
            Secrets = ["WebhookSigningKey", "ProviderApiKey"],
            Scales = false,
            PoolSize = 10,
        },
    ];

    /// <summary>Everybody who logs in to the database, without the prefix: each service, and the auditor.</summary>
    public static IReadOnlyList<string> Roles { get; } = [.. Services.Select(service => service.Name), Auditor];

    /// <summary>The service of that name.</summary>
    public static Service Find(string name) =>
        Services.FirstOrDefault(service => service.Name == name) ?? throw new ArgumentException($"There is no service {name}.", nameof(name));

    /// <summary>How many copies of <paramref name="service"/> run when <paramref name="replicas"/> are asked for.</summary>
    public static int CopiesOf(Service service, int replicas) => service.Scales ? Math.Max(service.Copies, replicas) : service.Copies;

    /// <summary>Connections that Postgres must admit: every pool full, three outside the pool per process, and room for people and tools.</summary>
    public static int MaxConnections(int replicas) =>
        Services.Sum(service => CopiesOf(service, replicas) * (service.PoolSize + 3)) + 30;

    /// <summary>The name of a store's resource, as in ConnectionStrings__postgres.</summary>
    public static string NameOf(Store store) => store switch
    {
        Store.Postgres => "postgres",
        Store.Redis => "redis",
        Store.RabbitMq => "rabbitmq",
        _ => throw new ArgumentOutOfRangeException(nameof(store)),
    };
}
