using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Tumpang.ServiceDefaults;

namespace Tumpang.Gateway;

/// <summary>Which bucket a request is counted in.</summary>
internal enum RateLimit { Otp, Sessions, SharedRides, User, Positions, Webhooks, Sandbox }

/// <summary>
/// Token buckets in this process's memory: per remote address where nobody has logged in yet, per user elsewhere. Several gateways
/// each count their own share.
/// </summary>
internal static class RateLimits
{
    static readonly TimeSpan ShortestPeriod = TimeSpan.FromMilliseconds(100);

    public static void AddRateLimits(this WebApplicationBuilder builder)
    {
        var settings = builder.Configuration.GetSection("Gateway").Get<GatewayOptions>() ?? new();
        builder.Services.AddRateLimiter(limiter =>
        {
            limiter.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limiter.OnRejected = SayWhen;
            limiter.AddPolicy(nameof(RateLimit.Otp), PerAddress(settings.Otp));
            limiter.AddPolicy(nameof(RateLimit.Sessions), PerAddress(settings.Sessions));
            limiter.AddPolicy(nameof(RateLimit.SharedRides), PerAddress(settings.SharedRides));
            limiter.AddPolicy(nameof(RateLimit.User), PerUser(settings.User));
            limiter.AddPolicy(nameof(RateLimit.Positions), PerUser(settings.Positions));
            limiter.AddPolicy(nameof(RateLimit.Webhooks), PerAddress(settings.Webhooks));
            limiter.AddPolicy(nameof(RateLimit.Sandbox), PerAddress(settings.Sandbox));
        });
    }

    static Func<HttpContext, RateLimitPartition<string>> PerAddress(LimitOptions limit)
    {
        var bucket = Bucket(limit);
        return http => RateLimitPartition.GetTokenBucketLimiter(AddressOf(http), bucket);
    }

    static Func<HttpContext, RateLimitPartition<string>> PerUser(LimitOptions limit)
    {
        var bucket = Bucket(limit);
        return http => RateLimitPartition.GetTokenBucketLimiter(http.User.FindFirst(ClaimNames.UserId)?.Value ?? AddressOf(http), bucket);
    }

    static Func<string, TokenBucketRateLimiterOptions> Bucket(LimitOptions limit)
    {
        var perToken = TimeSpan.FromMinutes(1) / limit.PerMinute;
        var period = perToken > ShortestPeriod ? perToken : ShortestPeriod;
        var options = new TokenBucketRateLimiterOptions
        {
            TokenLimit = limit.Burst,
            ReplenishmentPeriod = period,
            TokensPerPeriod = Math.Max(1, (int)Math.Round(period / perToken)),
        };
        return _ => options;
    }

    static string AddressOf(HttpContext http) => http.Connection.RemoteIpAddress?.ToString() ?? "unknown";

    static async ValueTask SayWhen(OnRejectedContext rejected, CancellationToken ct)
    {
        var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
        var problem = new Problem(StatusCodes.Status429TooManyRequests, "too-many-requests", "Too many requests in a short time.")
        {
            RetryAfterSeconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)),
        };
        await problem.ToHttp().ExecuteAsync(rejected.HttpContext);
    }
}
