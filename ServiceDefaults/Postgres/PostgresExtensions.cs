using System.Data;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using Tumpang.ServiceDefaults.Bus;

namespace Tumpang.ServiceDefaults;

/// <summary>Postgres for a service that owns a schema.</summary>
public static class PostgresExtensions
{
    /// <summary>The data source, <see cref="Database"/>, request transactions, idempotency and the outbox of <paramref name="schema"/>.</summary>
    public static WebApplicationBuilder AddPostgres(this WebApplicationBuilder builder, string schema)
    {
        DapperRules.Apply();
        var settings = new NpgsqlConnectionStringBuilder(builder.Configuration.GetConnectionString("postgres")
            ?? throw new InvalidOperationException("ConnectionStrings:postgres is not set."))
        {
            MaxPoolSize = builder.Configuration.GetValue("Postgres:MaxPoolSize", 20),
            // Hot statements are planned once per connection.
            MaxAutoPrepare = 200,
            AutoPrepareMinUsages = 3,
            NoResetOnClose = true,
            ApplicationName = schema,
        };
        builder.Services.AddSingleton(new NpgsqlDataSourceBuilder(settings.ConnectionString).Build());
        builder.Services.AddSingleton(new SchemaName(schema));
        builder.Services.AddSingleton<OutboxSignal>();
        builder.Services.AddSingleton<Database>();
        builder.Services.AddSingleton<IdempotencyStore>();
        builder.Services.AddSweeper<ForgetIdempotencyKeys>();
        builder.Services.AddHealthChecks().AddCheck<PostgresHealth>("postgres", timeout: TimeSpan.FromSeconds(3));
        return builder;
    }

    sealed class PostgresHealth(NpgsqlDataSource postgres) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            await using var command = postgres.CreateCommand("select 1");
            await command.ExecuteScalarAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
    }
}

/// <summary>The schema that this service owns.</summary>
public sealed record SchemaName(string Value);

/// <summary>How rows and parameters meet our types; Dapper keeps this per process.</summary>
static class DapperRules
{
    static readonly Lock Once = new();
    static bool applied;

    public static void Apply()
    {
        lock (Once)
        {
            if (applied)
            {
                return;
            }

            DefaultTypeMap.MatchNamesWithUnderscores = true;
            SqlMapper.RemoveTypeMap(typeof(DateTimeOffset));
            SqlMapper.RemoveTypeMap(typeof(DateTimeOffset?));
            SqlMapper.AddTypeHandler(new Instants());
            applied = true;
        }
    }

    /// <summary>Npgsql gives timestamptz as a UTC DateTime and takes DateTimeOffset only at offset zero.</summary>
    sealed class Instants : SqlMapper.TypeHandler<DateTimeOffset>
    {
        public override DateTimeOffset Parse(object value) => value switch
        {
            DateTime instant => new(DateTime.SpecifyKind(instant, DateTimeKind.Utc)),
            DateTimeOffset instant => instant,
            _ => throw new DataException($"{value.GetType()} is not an instant."),
        };

        public override void SetValue(IDbDataParameter parameter, DateTimeOffset value)
        {
            parameter.DbType = DbType.DateTimeOffset;
            parameter.Value = value.ToUniversalTime();
        }
    }
}
