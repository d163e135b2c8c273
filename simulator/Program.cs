using System.CommandLine;
using System.Diagnostics;
using Tumpang.Simulator;

var minutes = new Option<int>("--minutes") { Description = "City minutes of demand, 1 to 45.", DefaultValueFactory = _ => 5 };
var trips = new Option<int>("--trips-per-minute") { Description = "Recorded trips per city minute after thinning (the record holds about 264).", DefaultValueFactory = _ => 130 };
var drivers = new Option<int>("--drivers") { Description = "Cars on the road, 1 to 6874.", DefaultValueFactory = _ => 800 };
var seed = new Option<int>("--seed") { Description = "Same seed, same city.", DefaultValueFactory = _ => 1 };

var command = new RootCommand("A city of phones: replays the recorded rush hour of Manhattan through the gateway of a running fleet.") { minutes, trips, drivers, seed };
command.SetAction((arguments, ct) => Drive(
    new(Math.Clamp(arguments.GetValue(minutes), 1, 45), arguments.GetValue(trips), arguments.GetValue(drivers), arguments.GetValue(seed)), ct));
return await command.Parse(args).InvokeAsync();

static async Task<int> Drive(RushPlan plan, CancellationToken ct)
{
    var fleet = FleetState.Read();
    var city = new City(fleet.Gateway, fleet.Clock);
    var rush = new RushHour(city, plan);
    var started = Stopwatch.GetTimestamp();
    using (var drawing = CancellationTokenSource.CreateLinkedTokenSource(ct))
    {
        var view = new LiveView(city, rush).Draw(drawing.Token);
        await rush.Run(ct);
        await drawing.CancelAsync();
        await view;
    }

    new Report(city, plan, Stopwatch.GetElapsedTime(started)).Print();
    var holds = await Audit.Run(fleet.AuditorPostgres, ct);
    return holds && city.Measured.Errors.Count == 0 ? 0 : 1;
}
