using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Tumpang.Roads;

/// <summary>The roads, for a service.</summary>
public static class RoadsExtensions
{
    /// <summary>One <see cref="RoadMap"/> for the process, loaded while it starts. Roads:CacheDirectory keeps prepared graphs from one start to the next.</summary>
    public static IHostApplicationBuilder AddRoads(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton(_ => new RoadMap(builder.Configuration["Roads:CacheDirectory"]));
        builder.Services.AddHostedService<LoadRoads>();
        return builder;
    }

    /// <summary>The first passenger need not wait for the roads.</summary>
    sealed class LoadRoads(IServiceProvider services) : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.Run(Load, stoppingToken);

        void Load()
        {
            services.GetRequiredService<RoadMap>();
            // Loading leaves several times of what stays, and an idle service would keep it.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }
    }
}
