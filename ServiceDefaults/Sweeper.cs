using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Tumpang.ServiceDefaults;

/// <summary>Background work of a service, as a use case: look for what is due, do some of it.</summary>
public interface ISweep
{
    /// <summary>Pause between two looks, system time.</summary>
    TimeSpan Every { get; }

    /// <summary>Does one bounded portion. True when there may be more: it is called again at once.</summary>
    Task<bool> Sweep(CancellationToken ct);
}

/// <summary>Runs sweeps. An outage of a store is logged and survived; copies run side by side and rely on row locks.</summary>
public static class SweeperExtensions
{
    /// <summary>Runs <typeparamref name="TSweep"/> for as long as the process lives.</summary>
    public static IServiceCollection AddSweeper<TSweep>(this IServiceCollection services)
        where TSweep : class, ISweep
    {
        services.AddSingleton<TSweep>();
        services.AddSingleton<IHostedService, Sweeper<TSweep>>();
        return services;
    }
}

sealed partial class Sweeper<TSweep>(TSweep sweep, ILogger<TSweep> logger) : BackgroundService
    where TSweep : class, ISweep
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(sweep.Every);
        do
        {
            await SweepAll(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    async Task SweepAll(CancellationToken ct)
    {
        try
        {
            while (await sweep.Sweep(ct))
            {
            }
        }
        catch (Exception exception) when (!ct.IsCancellationRequested)
        {
            Failed(typeof(TSweep).Name, exception);
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Sweep} failed; it runs again at its next turn")]
    partial void Failed(string sweep, Exception exception);
}
