using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Tumpang.ServiceDefaults;

namespace Tumpang.Zones;

/// <summary>The zones, for a service.</summary>
public static class ZonesExtensions
{
    /// <summary>One <see cref="ZonesInForce"/> for the process, kept close to the schema. Parameters as there.</summary>
    public static IHostApplicationBuilder AddZones(this IHostApplicationBuilder builder, string table, string ring)
    {
        builder.Services.AddSingleton(services => new ZonesInForce(services.GetRequiredService<Database>(), table, ring));
        builder.Services.AddSweeper<RefreshZones>();
        return builder;
    }

    sealed class RefreshZones(ZonesInForce zones) : ISweep
    {
        public TimeSpan Every => TimeSpan.FromSeconds(1);

        public async Task<bool> Sweep(CancellationToken ct)
        {
            await zones.Refresh(ct);
            return false;
        }
    }
}
