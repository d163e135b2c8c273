using System.Threading.RateLimiting;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations;

/// <summary>
/// Bounds how many calls with positions this process works on at once. Behind a slow store they would pile up in memory, each with its body; whoever comes
/// when no more can wait is told so at once, and sends newer positions a moment later.
/// </summary>
static class Pressure
{
    const string Policy = "positions";

    public static void AddPressure(this WebApplicationBuilder builder)
    {
        builder.Services.AddRateLimiter(_ => { });
        builder.Services.AddOptions<RateLimiterOptions>().Configure<IOptions<LocationOptions>>((limiter, options) =>
        {
            limiter.AddConcurrencyLimiter(Policy, calls =>
            {
                calls.PermitLimit = options.Value.PositionCallsAtOnce;
                calls.QueueLimit = options.Value.PositionCallsWaiting;
            });
            limiter.OnRejected = async (rejected, _) => await LocationProblems.TooManyCalls.ToHttp().ExecuteAsync(rejected.HttpContext);
        });
    }

    public static RouteHandlerBuilder UnderPressure(this RouteHandlerBuilder route) => route.RequireRateLimiting(Policy);
}
