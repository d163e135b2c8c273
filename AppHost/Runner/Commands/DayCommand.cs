using System.CommandLine;
using System.Globalization;
using Tumpang.AppHost;
using Tumpang.Runner.Fleets;
using Tumpang.Runner.Processes;

namespace Tumpang.Runner.Commands;

/// <summary>./fleet day: a recorded day of rides through the services that deal with money, on an empty fleet of their own.</summary>
internal static class DayCommand
{
    const string RecordedDay = "tests/RecordedDay/RecordedDay.csproj";

    /// <summary>What deals with money, the outside world, and match, which hears who owes.</summary>
    static readonly string[] Services = ["billing", "payment", "match", "sandbox"];

    /// <summary>People need about this long, on the wall, to register before the day.</summary>
    static readonly TimeSpan BeforeTheDay = TimeSpan.FromSeconds(60);

    static readonly Option<FileInfo?> Trips = new("--trips") { Description = "A day of San Francisco's cabs (gzipped CSV); the rush hour of Manhattan when absent." };
    static readonly Option<double?> Share = new("--share") { Description = "Part of the trips, 0 to 1; all of them when absent, of the rush hour a tenth." };
    static readonly Option<double?> Speed = new("--speed") { Description = "City seconds per second; 144 for a day, which is ten minutes, 20 for the rush hour." };
    static readonly Option<int> Seed = new("--seed") { Description = "Same seed, same day.", DefaultValueFactory = _ => 1 };
    static readonly Option<int> Replicas = new("--replicas") { Description = "Copies of every service that scales.", DefaultValueFactory = _ => 2 };

    public static Command Create()
    {
        var command = new Command("day", "A recorded day from quote to payout: declines, timeouts, cancellations, refunds; then every book is checked.")
        {
            Trips, Share, Speed, Seed, Replicas,
        };
        command.SetAction((arguments, ct) => Run(Repository.Find(), arguments, Screen.Output, ct));
        return command;
    }

    static async Task<int> Run(Repository repository, ParseResult arguments, Screen screen, CancellationToken ct)
    {
        var trips = arguments.GetValue(Trips);
        if (trips is { Exists: false })
        {
            screen.Warn($"There is no file {trips.FullName}.");
            return 1;
        }

        var recorded = trips is null ? Recorded.RushHour : Recorded.CabDay;
        var speed = arguments.GetValue(Speed) ?? recorded.Speed;
        await Build.Projects(repository, [.. Build.Fleet, RecordedDay], screen, ct);
        var plan = new FleetPlan(
            Path.Combine(repository.StateDirectory, "day"), FleetPlan.DayPorts, arguments.GetValue(Replicas), speed, recorded.Start - (BeforeTheDay * speed))
        {
            Services = [.. Services.Select(Topology.Find)],
            Settings = recorded.Settings,
        };
        await using var run = FleetRun.Claim(plan.DataDirectory, screen) ?? throw new FleetException("Another ./fleet day is running.");
        await run.Wipe();
        await run.Start(repository, plan, ct);
        string[] passed =
        [
            .. trips is null ? (string[])[] : ["--trips", trips.FullName],
            "--paid-out-at", $"{recorded.PaidOutAt:O}",
            "--share", FormattableString.Invariant($"{arguments.GetValue(Share) ?? recorded.Share}"),
            "--seed", $"{arguments.GetValue(Seed)}",
        ];
        return await Visitor.Run(repository, RecordedDay, FleetState.PathIn(plan.DataDirectory), passed, ct);
    }

    /// <summary>A record, and how a fleet must be set to live through it.</summary>
    /// <param name="Share">Part of its trips that is taken when nobody says.</param>
    /// <param name="PaidOutAt">When drivers are paid, after the last ride; the offset is the city's.</param>
    sealed record Recorded(DateTimeOffset Start, DateTimeOffset PaidOutAt, double Speed, double Share)
    {
        static readonly TimeSpan NewYork = TimeSpan.FromHours(-5), SanFrancisco = TimeSpan.FromHours(-7);

        /// <summary>Manhattan on Monday 2013-11-18 from 16:00.</summary>
        public static Recorded RushHour { get; } = new(new(2013, 11, 18, 16, 0, 0, NewYork), new(2013, 11, 18, 17, 45, 0, NewYork), Speed: 20, Share: 0.1);

        /// <summary>San Francisco on Wednesday 2008-06-04; no fleet operates there otherwise.</summary>
        public static Recorded CabDay { get; } = new(new(2008, 6, 4, 0, 0, 0, SanFrancisco), new(2008, 6, 5, 0, 30, 0, SanFrancisco), Speed: 144, Share: 1)
        {
            Cities = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["Cities__0__Id"] = "sf",
                ["Cities__0__Name"] = "San Francisco",
                ["Cities__0__TimeZone"] = "America/Los_Angeles",
                ["Cities__0__Currency"] = "USD",
                ["Cities__0__South"] = "37.2",
                ["Cities__0__North"] = "38.2",
                ["Cities__0__West"] = "-122.8",
                ["Cities__0__East"] = "-121.6",
                ["Cities__0__VehicleClasses__0"] = "Standard",
            },
        };

        /// <summary>Everything that the services are told beyond the usual.</summary>
        public IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>(Cities, StringComparer.Ordinal)
        {
            ["Billing__Payouts__Schedule"] = "Daily",
            ["Billing__Payouts__At"] = PaidOutAt.ToString("HH:mm", CultureInfo.InvariantCulture),
            ["Billing__Payouts__SweepInterval"] = "00:00:01",
            ["Billing__Payouts__Minimum__USD"] = "1",
        };

        /// <summary>Where the fleet operates, unless it is where it always does.</summary>
        IReadOnlyDictionary<string, string> Cities { get; init; } = new Dictionary<string, string>();
    }
}
