using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;

namespace Tumpang.ServiceDefaults;

/// <summary>Redis: for what may be lost.</summary>
public static class RedisExtensions
{
    /// <summary>How long a call may take before the store counts as gone. A frozen server never answers, so every wait needs a bound.</summary>
    static readonly TimeSpan UsualPatience = TimeSpan.FromSeconds(2);

    /// <summary>The setting Redis:Patience; one for the process, like the connection.</summary>
    static TimeSpan patience = UsualPatience;

    /// <summary>One multiplexer for the process, and its database.</summary>
    public static WebApplicationBuilder AddRedis(this WebApplicationBuilder builder)
    {
        var settings = ConfigurationOptions.Parse(builder.Configuration.GetConnectionString("redis")
            ?? throw new InvalidOperationException("ConnectionStrings:redis is not set."));
        settings.AbortOnConnectFail = false;
        patience = builder.Configuration.GetValue("Redis:Patience", UsualPatience);
        builder.Services.AddSingleton(settings);
        builder.Services.AddHostedService<RedisWatch>();
        builder.Services.AddSingleton<IConnectionMultiplexer>(_ => Connect(settings));
        builder.Services.AddSingleton(services => services.GetRequiredService<IConnectionMultiplexer>().GetDatabase());
        builder.Services.AddHealthChecks().AddCheck<RedisHealth>("redis", timeout: TimeSpan.FromSeconds(3));
        return builder;
    }

    /// <summary>Waits for an answer of Redis, but not for ever: TimeoutException, which callers see as a 503.</summary>
    public static Task<T> Soon<T>(this Task<T> answer) => answer.IsCompleted ? answer : answer.WaitAsync(patience);

    /// <inheritdoc cref="Soon{T}"/>
    public static Task Soon(this Task answer) => answer.IsCompleted ? answer : answer.WaitAsync(patience);

    static ConnectionMultiplexer Connect(ConfigurationOptions settings)
    {
        var redis = ConnectionMultiplexer.Connect(settings);
        // In order, one worker runs what follows every answer, and the first that blocks holds up all others.
        redis.PreserveAsyncOrder = false;
        return redis;
    }

    sealed class RedisHealth(IDatabase redis) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            await redis.PingAsync().Soon();
            return HealthCheckResult.Healthy();
        }
    }
}
