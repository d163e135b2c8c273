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
            await victim.Restart(CancellationToken.None);
            await Pause(BetweenKills, ct);
        }
    });

    /// <summary>
    /// Redis forgets everything, the broker crashes and then comes back without its memory, the database crashes in the middle of transactions:
    /// no ride and no money is affected, and what the broker had confirmed is published again.
    /// </summary>
    [Fact]
    public Task Stores_are_emptied_killed_and_wiped() => Drill(12, async ct =>
    {
        await EmptyRedis();
        await Pause(TimeSpan.FromSeconds(6), ct);
        await fleet.Stores.RabbitMq.Kill();
        await fleet.Stores.RabbitMq.Start(CancellationToken.None);
        await Pause(TimeSpan.FromSeconds(10), ct);
        await fleet.Stores.RabbitMq.Wipe(CancellationToken.None);
        await fleet.Stores.RabbitMq.Start(CancellationToken.None);
        await Pause(TimeSpan.FromSeconds(10), ct);
        await fleet.Stores.Postgres.Kill();
        await fleet.Stores.Postgres.Start(CancellationToken.None);
        await EmptyRedis();
    });

    async Task EmptyRedis()
    {
        var options = ConfigurationOptions.Parse(fleet.Stores.Addresses.Redis);
        options.AllowAdmin = true;
        options.ConnectTimeout = 60_000;
        using var redis = await ConnectionMultiplexer.ConnectAsync(options);
        await redis.GetServer(redis.GetEndPoints()[0]).FlushAllDatabasesAsync();
    }

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
        if (await Task.WhenAny(running, sabotaging) == sabotaging)
        {
            // A saboteur that fails has proved nothing: say so at once.
            await sabotaging;
        }

        await running;
        await end.CancelAsync();
        await sabotaging;
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

        await process.WaitUntilHealthy(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
    }

    static Task Pause(TimeSpan time, CancellationToken ct) => Task.Delay(time, ct).ContinueWith(_ => { }, TaskScheduler.Default);
}
