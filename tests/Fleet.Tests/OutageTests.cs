using StackExchange.Redis;
using Tumpang.Simulator;
using Xunit;

namespace Tumpang.FleetTests;

/// <summary>Fault drills: a small rush hour goes on while processes and stores die under it. Afterwards every invariant holds and every phone has an end.</summary>
public sealed class OutageTests(FleetUnderTest fleet, ITestOutputHelper output)
{
    static readonly TimeSpan BetweenKills = TimeSpan.FromSeconds(4);

    /// <summary>NebengJek defects 25, 26 and 28: kill -9 between any two lines, of any service, again and again.</summary>
    [Fact]
    public Task Services_are_killed_one_after_the_other() => Drill(11, async ct =>
    {
        var random = new Random(11);
        var victims = fleet.Fleet.Processes.Where(process => process.Service.Name != "gateway").ToArray();
        while (!ct.IsCancellationRequested)
        {
            var victim = victims[random.Next(victims.Length)];
            await victim.Kill();
            await victim.Restart(ct);
            await Pause(BetweenKills, ct);
        }
    });

    /// <summary>What Redis held may be lost at any moment: it heals within a heartbeat of the phones, and no ride and no money is affected.</summary>
    [Fact]
    public Task Redis_is_emptied_while_rides_run() => Drill(12, async ct =>
    {
        var options = ConfigurationOptions.Parse(fleet.Stores.Addresses.Redis);
        options.AllowAdmin = true;
        using var redis = await ConnectionMultiplexer.ConnectAsync(options);
        while (!ct.IsCancellationRequested)
        {
            await redis.GetServer(redis.GetEndPoints()[0]).FlushAllDatabasesAsync();
            await Pause(TimeSpan.FromSeconds(6), ct);
        }
    });

    /// <summary>The broker restarts, and once comes back without its memory: what it had confirmed is published again.</summary>
    [Fact]
    public Task The_broker_restarts_and_is_wiped() => Drill(13, async ct =>
    {
        await Pause(TimeSpan.FromSeconds(8), ct);
        await fleet.Stores.RabbitMq.Kill();
        await fleet.Stores.RabbitMq.Start(ct);
        await Pause(TimeSpan.FromSeconds(12), ct);
        await fleet.Stores.RabbitMq.Wipe(ct);
        await fleet.Stores.RabbitMq.Start(ct);
    });

    /// <summary>The database goes away in the middle of transactions and comes back.</summary>
    [Fact]
    public Task Postgres_restarts_twice() => Drill(14, async ct =>
    {
        for (var outage = 0; outage < 2; outage++)
        {
            await Pause(TimeSpan.FromSeconds(10), ct);
            await fleet.Stores.Postgres.Kill();
            await fleet.Stores.Postgres.Start(ct);
        }
    });

    /// <summary>Runs a rush hour with a saboteur at work until it has ended; whatever the saboteur had begun is finished.</summary>
    async Task Drill(int seed, Func<CancellationToken, Task> sabotage)
    {
        var city = fleet.NewCity();
        var rush = new RushHour(city, new RushPlan(Minutes: 1, TripsPerMinute: 24, Drivers: 80, seed, LongestTripMetres: 1_200));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = rush.Run(TestContext.Current.CancellationToken);
        while (rush.Phase is not "rush hour" && !running.IsCompleted)
        {
            await Pause(TimeSpan.FromMilliseconds(200), end.Token);
        }

        var sabotaging = sabotage(end.Token);
        await running;
        await end.CancelAsync();
        await sabotaging.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.WhenAll(fleet.Fleet.Processes.Select(process => Revive(process)));

        foreach (var error in city.Measured.Errors)
        {
            output.WriteLine(error);
        }

        Assert.All(rush.Passengers, passenger => Assert.True(passenger.IsOver, $"a passenger is still {passenger.State}"));
        Assert.True(city.Measured.CountOf("ended paid") >= 12, $"only {city.Measured.CountOf("ended paid")} of 24 were driven and paid");
        await fleet.AssertInvariantsHold();
    }

    static async Task Revive(Runner.Fleets.ServiceProcess process)
    {
        if (process.Running is null)
        {
            process.Start();
        }

        await process.WaitUntilHealthy(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    static Task Pause(TimeSpan time, CancellationToken ct) => Task.Delay(time, ct).ContinueWith(_ => { }, TaskScheduler.Default);
}
