using Npgsql;
using Tumpang.AppHost;

namespace Tumpang.Runner.Servers;

/// <summary>How to reach the stores: what a fleet needs to know of them, whoever started them.</summary>
/// <param name="Postgres">Connection string of the server's owner, with the database in it.</param>
/// <param name="Redis">host:port,password=….</param>
/// <param name="RabbitMq">amqp://user:password@host:port, with /vhost when it is not the default one.</param>
public sealed record StoreAddresses(string Postgres, string Redis, string RabbitMq)
{
    /// <summary>The connection string of a store; of Postgres as <paramref name="role"/> with the password that <paramref name="secrets"/> has for it.</summary>
    public string Of(Store store, string? role, Secrets secrets) => store switch
    {
        Store.Postgres when role is null => Postgres,
        Store.Postgres => new NpgsqlConnectionStringBuilder(Postgres) { Username = Topology.RolePrefix + role, Password = secrets[Contract.PasswordOf(role)] }.ConnectionString,
        Store.Redis => Redis,
        Store.RabbitMq => RabbitMq,
        _ => throw new ArgumentOutOfRangeException(nameof(store)),
    };

    /// <summary>The same stores, another database: a test's own clone, for example.</summary>
    public StoreAddresses WithDatabase(string database) =>
        this with { Postgres = new NpgsqlConnectionStringBuilder(Postgres) { Database = database }.ConnectionString };

    /// <summary>The same stores, another virtual host of the broker.</summary>
    public StoreAddresses WithVirtualHost(string name) => this with { RabbitMq = new UriBuilder(RabbitMq) { Path = name }.Uri.AbsoluteUri };
}
