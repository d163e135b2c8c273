using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;

namespace Tumpang.ServiceDefaults;

/// <summary>Redis: for what may be lost.</summary>
public static class RedisExtensions
{
    /// <summary>
    /// How long a call may take before the store counts as gone; Redis:Patience where the machine may stand still for longer. A frozen server never
    /// answers, so every wait needs a bound.
    /// </summary>
    public static TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>One multiplexer for the process, and its database.</summary>
    public static WebApplicationBuilder AddRedis(this WebApplicationBuilder builder)
    {
        var settings = ConfigurationOptions.Parse(builder.Configuration.GetConnectionString("redis")
            ?? throw new InvalidOperationException("ConnectionStrings:redis is not set."));
        settings.AbortOnConnectFail = false;
        Patience = builder.Configuration.GetValue("Redis:Patience", Patience);
        builder.Services.AddSingleton(settings);
        builder.Services.AddHostedService<RedisWatch>();
        builder.Services.AddSingleton<IConnectionMultiplexer>(_ => Connect(settings));
        builder.Services.AddSingleton(services => services.GetRequiredService<IConnectionMultiplexer>().GetDatabase());
        builder.Services.AddHealthChecks().AddCheck<RedisHealth>("redis", timeout: TimeSpan.FromSeconds(3));
        return builder;
    }

    /// <summary>Waits for an answer of Redis, but not for ever: TimeoutException, which callers see as a 503.</summary>
    public static Task<T> Soon<T>(this Task<T> answer) => answer.IsCompleted ? answer : answer.WaitAsync(Patience);

    /// <inheritdoc cref="Soon{T}"/>
    public static Task Soon(this Task answer) => answer.IsCompleted ? answer : answer.WaitAsync(Patience);

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
