using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tumpang.Billing;
using Tumpang.Billing.Discounts;
using Tumpang.Billing.Rides;
using Tumpang.Billing.Surge;
using Tumpang.Billing.Tariffs;
using Tumpang.Roads;
using Tumpang.ServiceDefaults;
using Tumpang.Zones;

namespace Tumpang.Benchmarks;

/// <summary>What a copy of billing holds, in this process: no endpoints, no consumers, and an outbox that nobody empties.</summary>
static class BillingInProcess
{
    /// <summary>With the tariffs, zones, promotions and surge of the running fleet in memory.</summary>
    public static async Task<WebApplication> Load(BenchFleet fleet, CancellationToken ct)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(
        [
            new("ConnectionStrings:postgres", fleet.Postgres),
            new("Secrets:QuoteSigningKey", Guid.NewGuid().ToString()),
            new("urls", "http://127.0.0.1:0"),
        ]);
        builder.AddServiceDefaults("bench").AddPostgres("bench");
        builder.AddRoads().AddZones("billing.zones", ring: "ring");
        builder.Services.AddOptions<BillingOptions>();
        builder.Services.AddOptions<SurgeOptions>();
        builder.Services.AddSingleton<QuoteToken>().AddSingleton<BillingMetrics>().AddSingleton<FarePolicies>().AddSingleton<Promotions>().AddSingleton<RideBills>();
        builder.Services.AddSingleton<PromotionHolds>().AddSingleton<SurgeInForce>().AddSingleton<QuoteInterest>();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        var app = builder.Build();
        await app.Services.GetRequiredService<FarePolicies>().Refresh(ct);
        await app.Services.GetRequiredService<ZonesInForce>().Refresh(ct);
        await app.Services.GetRequiredService<Promotions>().Refresh(ct);
        await app.Services.GetRequiredService<SurgeInForce>().Refresh(ct);
        return app;
    }
}
