using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Tumpang.ServiceDefaults.Security;

/// <summary>
/// The framework's bearer tokens over a key ring that the migrator writes and every service reads, so that a token issued by
/// user opens every door of the fleet, and no service can make a key.
/// </summary>
public static class BearerTokens
{
    /// <summary>Separates our tokens from those of any other application under the same keys.</summary>
    public const string ApplicationName = "tumpang";

    /// <summary>How long an access token lives, in system time: short, because it is not checked against the session.</summary>
    public static readonly TimeSpan AccessLifetime = TimeSpan.FromMinutes(15);

    /// <summary>How long a refresh token lives, in system time.</summary>
    public static readonly TimeSpan RefreshLifetime = TimeSpan.FromDays(30);

    internal static void AddAuthenticationByBearerToken(this WebApplicationBuilder builder)
    {
        builder.Services.AddSharedKeyRing(builder.Configuration.GetConnectionString("postgres"));
        builder.Services.AddAuthentication(BearerTokenDefaults.AuthenticationScheme).AddBearerToken(options =>
        {
            options.BearerTokenExpiration = AccessLifetime;
            options.RefreshTokenExpiration = RefreshLifetime;
            options.TimeProvider = TimeProvider.System;
        });
        builder.Services.AddAuthorizationBuilder()
            .AddPolicy(Policies.Driver, policy => policy.RequireRole(Role.Driver))
            .AddPolicy(Policies.Operator, policy => policy.RequireRole(Role.Operator))
            .SetFallbackPolicy(new Microsoft.AspNetCore.Authorization.AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
    }

    /// <summary>Data protection that only reads the shared key ring.</summary>
    public static IServiceCollection AddSharedKeyRing(this IServiceCollection services, string? postgres)
    {
        services.AddDataProtection().SetApplicationName(ApplicationName);
        services.Configure<KeyManagementOptions>(options =>
        {
            options.AutoGenerateKeys = false;
            options.XmlRepository = new KeyRing(postgres ?? throw new InvalidOperationException("ConnectionStrings:postgres is not set: the key ring lives there."));
        });
        return services;
    }

    /// <summary>Reads platform.data_protection_keys. The framework asks at start and once a day.</summary>
    sealed class KeyRing(string postgres) : IXmlRepository
    {
        public IReadOnlyCollection<System.Xml.Linq.XElement> GetAllElements()
        {
            using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(postgres) { Pooling = false }.ConnectionString);
            connection.Open();
            using var command = new NpgsqlCommand("select xml from platform.data_protection_keys order by id", connection);
            using var reader = command.ExecuteReader();
            var elements = new List<System.Xml.Linq.XElement>();
            while (reader.Read())
            {
                elements.Add(System.Xml.Linq.XElement.Parse(reader.GetString(0)));
            }

            return elements;
        }

        public void StoreElement(System.Xml.Linq.XElement element, string friendlyName) =>
            throw new NotSupportedException("Only the migrator writes keys.");
    }
}
