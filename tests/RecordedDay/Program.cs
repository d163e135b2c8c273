using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Npgsql;
using Tumpang.RecordedDay;
using Tumpang.Simulator;
using Tumpang.Testing;

var trips = new Option<FileInfo?>("--trips") { Description = "A day of San Francisco's cabs; the rush hour of Manhattan when absent." };
var paidOutAt = new Option<DateTimeOffset>("--paid-out-at") { Description = "When the fleet pays its drivers, in the city's offset.", Required = true };
var share = new Option<double>("--share") { Description = "Part of the trips, 0 to 1.", DefaultValueFactory = _ => 1 };
var seed = new Option<int>("--seed") { Description = "Same seed, same day.", DefaultValueFactory = _ => 1 };
var command = new RootCommand("A recorded day of rides, from quote to payout, through billing and payment.") { trips, paidOutAt, share, seed };
command.SetAction((arguments, ct) => Live(arguments.GetValue(trips), arguments.GetValue(paidOutAt), arguments.GetValue(share), arguments.GetValue(seed), ct));
return await command.Parse(args).InvokeAsync();

static async Task<int> Live(FileInfo? trips, DateTimeOffset paidOutAt, double share, int seed, CancellationToken ct)
{
    var (started, startedAt) = (Stopwatch.GetTimestamp(), TimeProvider.System.GetUtcNow());
    var fleet = FleetState.Read();
    var state = JsonDocument.Parse(File.ReadAllBytes(Environment.GetEnvironmentVariable("FLEET_STATE")!)).RootElement;
    var record = (trips is null ? NewYorkHour.Read(new Random(seed)) : CabTrips.Read(trips.FullName)).Thinned(share, new Random(seed));
    await using var owner = NpgsqlDataSource.Create(state.GetProperty("postgres").GetString()!);
    await using var auditor = NpgsqlDataSource.Create(fleet.AuditorPostgres);
    await using var bus = await TestBus.Connect(state.GetProperty("rabbitMq").GetString()!, owner, ct);
    using var tokens = new TestTokens(state.GetProperty("postgres").GetString()!);
    using var office = new Office(AddressesIn(state), tokens, bus, fleet.Clock);
    var day = new Day(office, record, seed);
    var report = new DayReport(office, day, record, new Accounts(auditor));
    using (var watching = CancellationTokenSource.CreateLinkedTokenSource(ct))
    {
        var view = report.Watch(paidOutAt.Offset, watching.Token);
        await day.Run(ct);
        await watching.CancelAsync();
        await view;
    }

    var closing = new Closing(office, auditor, record.Currency);
    Console.WriteLine("the day is over; debtors pay");
    var owed = await closing.SettleDebts(day.Passengers, ct);
    Console.WriteLine("drivers are paid out");
    await closing.PayDrivers(paidOutAt, ct);
    Console.WriteLine("every fare is worked out again, every ride's money followed, the provider's file held against the books");
    var inspector = new Auditor(office, auditor);
    var recomputed = await inspector.Recompute(ct);
    var followed = await inspector.FollowTheMoney(ct);
    var reconciled = await inspector.Reconcile(startedAt, ct);
    (string, Findings)[] audit =
    [
        ("fares worked out again, and differently", recomputed),
        ("rides whose money was followed, and went astray", followed),
        ("lines of the provider's file, and unexplained", reconciled),
    ];
    await report.Print(audit, Stopwatch.GetElapsedTime(started), ct);
    // ride has no rows of its own here, so that its side of one invariant is counted instead.
    var holds = await Audit.Run(fleet.AuditorPostgres, ct, "35_completed_rides_have_one_fare");
    var everyRideHasOneFare = await closing.CountFares(ct) == office.Measured.CountOf("completed");
    return holds && everyRideHasOneFare && owed == 0 && recomputed.Wrong.Count + followed.Wrong.Count + reconciled.Wrong.Count == 0
        && recomputed.Looked > 0 && followed.Looked > 0 && reconciled.Looked > 0 && office.Measured.Errors.Count == 0 ? 0 : 1;
}

static Dictionary<string, Uri[]> AddressesIn(JsonElement state) => state.GetProperty("processes").EnumerateArray()
    .Where(process => !process.GetProperty("isStore").GetBoolean())
    .GroupBy(process => process.GetProperty("name").GetString()!.Split('-')[0], process => new Uri(process.GetProperty("url").GetString()!))
    .ToDictionary(copies => copies.Key, copies => copies.ToArray());
