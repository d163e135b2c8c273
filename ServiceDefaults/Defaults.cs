using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Tumpang.ServiceDefaults.Errors;
using Tumpang.ServiceDefaults.Security;
using Tumpang.ServiceDefaults.Telemetry;

namespace Tumpang.ServiceDefaults;

/// <summary>What every service of the fleet gets before its first own line.</summary>
public static class Defaults
{
    /// <summary>
    /// Telemetry, health, problem details, bearer authentication, JSON rules, both clocks and the list of cities.
    /// Stores and the bus are added by those who need them: AddPostgres, AddRedis, AddBus.
    /// </summary>
    /// <param name="service">The service's one name: resource, queue prefix, telemetry name.</param>
    public static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder, string service)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 1 << 20;
        });
        builder.Services.AddSingleton(new ServiceName(service));
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddOptions<CityClockOptions>().BindConfiguration("CityClock").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<CityClock>();
        builder.Services.AddSingleton<Cities>();
        builder.Services.Configure<JsonOptions>(options => Json.ApplyToRequests(options.SerializerOptions));
        builder.Services.AddOpenApi("v1", options => options.CreateSchemaReferenceId = SchemaName);
        builder.Services.AddHealthChecks().AddCheck("process", () => HealthCheckResult.Healthy(), ["live"]);
        // A draining process answers what it has begun; phones retry the rest elsewhere.
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(10));
        builder.AddTelemetry(service);
        builder.AddProblems();
        builder.AddAuthenticationByBearerToken();
        return builder;
    }

    /// <summary>Every use case has its own Request and Answer: their names in the description carry the use case's, or one would stand for all.</summary>
    static string? SchemaName(JsonTypeInfo type) => OpenApiOptions.CreateDefaultSchemaReferenceId(type) is { } name
        ? type.Type.DeclaringType?.Name + name
        : null;

    /// <summary>Errors, authentication, /health, /alive and the OpenAPI description, in the order in which they must run.</summary>
    public static WebApplication MapServiceDefaults(this WebApplication app)
    {
        app.UseProblems();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapHealthChecks("/health").AllowAnonymous().ExcludeFromDescription();
        app.MapHealthChecks("/alive", new() { Predicate = check => check.Tags.Contains("live") }).AllowAnonymous().ExcludeFromDescription();
        app.MapOpenApi("/openapi/{documentName}.json").AllowAnonymous();
        return app;
    }
}

/// <summary>The name of this service, as in the topology.</summary>
public sealed record ServiceName(string Value);

/// <summary>One set of JSON rules for HTTP, events, sockets and stored answers.</summary>
public static class Json
{
    /// <summary>camelCase, enums as their names, absent instead of null.</summary>
    public static JsonSerializerOptions Options { get; } = Apply(new JsonSerializerOptions(JsonSerializerDefaults.Web));

    internal static JsonSerializerOptions Apply(JsonSerializerOptions options) => Apply(options, new JsonStringEnumConverter());

    /// <summary>As above, for what others send: an enum is one of its names, and no number, which need not be one of them.</summary>
    internal static JsonSerializerOptions ApplyToRequests(JsonSerializerOptions options) =>
        Apply(options, new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false));

    static JsonSerializerOptions Apply(JsonSerializerOptions options, JsonStringEnumConverter enums)
    {
        options.Converters.Add(enums);
        options.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        return options;
    }
}
