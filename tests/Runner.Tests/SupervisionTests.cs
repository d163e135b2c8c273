using Spectre.Console;
using Tumpang.AppHost;
using Tumpang.Runner.Commands;
using Tumpang.Runner.Fleets;
using Tumpang.Runner.Processes;
using Tumpang.Runner.Servers;
using Xunit;

namespace Tumpang.Runner.Tests;

[Collection(nameof(RealServers))]
public sealed class SupervisionTests : IAsyncDisposable
{
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    static readonly string[] Names = ["sandbox", "postgres", "redis", "rabbitmq", "epmd"];

    static readonly Screen Quiet = new(AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(TextWriter.Null) }));

    readonly TestPlace place = new();

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_fleet_is_claimed_once_revives_what_dies_and_ends_whole()
    {
        await using var run = FleetRun.Claim(place.Directory, Quiet)!;
        await run.Start(Repository.Find(), new FleetPlan(place.Directory, place.PortBase, Speed: 20) { Services = [Topology.Find("sandbox")] }, Ct);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var supervision = run.Supervise(stop.Token);

        Assert.Null(FleetRun.Claim(place.Directory, Quiet));
        Assert.True(FleetRun.IsClaimed(place.Directory));
        Assert.Equal(20, FleetState.OfRunning(place.Directory)!.Clock!.Factor);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FleetState.PathIn(place.Directory)));

        await DiesAndReturns("sandbox");
        await DiesAndReturns("redis");

        var processes = Names.Select(name => Find(name)!.Value).ToList();
        await stop.CancelAsync();
        await supervision;
        await run.DisposeAsync();
        Assert.DoesNotContain(processes, process => process.IsAlive);
        Assert.Null(FleetState.OfRunning(place.Directory));
    }

    [Fact]
    public void Restarts_become_patient_and_forget_after_a_calm_minute()
    {
        var time = new SetTime();
        var backOff = new BackOff(time);

        var pauses = Enumerable.Range(0, 9).Select(_ => backOff.Next().TotalSeconds).ToList();
        time.Now += TimeSpan.FromMinutes(5);

        Assert.Equal([0.5, 1, 2, 4, 8, 16, 30, 30, 30], pauses);
        Assert.Equal(0.5, backOff.Next().TotalSeconds);
    }

    public ValueTask DisposeAsync() => place.DisposeAsync();

    async Task DiesAndReturns(string name)
    {
        var before = Find(name)!.Value;
        before.Send(Signal.Kill);

        var deadline = TimeProvider.System.GetUtcNow() + Patience;
        while (Find(name) is not { } now || now == before)
        {
            Assert.True(TimeProvider.System.GetUtcNow() < deadline, $"{name} did not come back.");
            await Task.Delay(50, Ct);
        }
    }

    ProcessIdentity? Find(string name) => new ProcessRegistry(Path.Combine(place.Directory, "run")).Find(name);

    sealed class SetTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
