using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Tumpang.Testing;
using Xunit;

namespace Tumpang.ServiceDefaults.Tests;

/// <summary>A process must not go on with a connection to Redis that is open and mute, as one of two copies of a service once did.</summary>
public sealed class RedisWatchTests(BusApp app)
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_process_whose_connection_went_mute_ends_while_Redis_answers_others()
    {
        await using var wire = new RedisWire(app.Redis);
        await using var service = await Start(wire);

        wire.MuteWhatIsOpen();

        Assert.True(await Ends(service, TimeSpan.FromMinutes(3)));
    }

    [Fact]
    public async Task A_process_waits_for_a_Redis_that_answers_nobody()
    {
        await using var wire = new RedisWire(app.Redis);
        await using var service = await Start(wire);

        wire.MuteEverything();

        Assert.False(await Ends(service, TimeSpan.FromSeconds(25)));
    }

    static async Task<WebApplication> Start(RedisWire wire)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["ConnectionStrings:redis"] = wire.ConnectionString;
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        builder.AddRedis();
        var service = builder.Build();
        await service.StartAsync(Ct);
        var redis = service.Services.GetRequiredService<IDatabase>();
        await Eventually.Get(() => Record.ExceptionAsync(() => redis.PingAsync().Soon()).AsTask(), trouble => trouble is null, Ct);
        return service;
    }

    static async Task<bool> Ends(WebApplication service, TimeSpan patience)
    {
        var stopping = service.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        await Task.Delay(patience, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var asksToBeStartedAgain = Environment.ExitCode == 75;
        Environment.ExitCode = 0;
        return stopping.IsCancellationRequested && asksToBeStartedAgain;
    }
}
