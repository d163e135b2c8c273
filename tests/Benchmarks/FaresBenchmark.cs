using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Tumpang.Billing.Books;
using Tumpang.Billing.Rides;
using Tumpang.ServiceDefaults;

namespace Tumpang.Benchmarks;

/// <summary>
/// Completed rides priced, written down, posted and told of (fare, ledger, balances, outbox) with the very code of billing, beside pgbench, which
/// writes the same rows to the same tables and works nothing out.
/// </summary>
public sealed partial class FaresBenchmark : IBenchmark
{
    /// <summary>Of a FareFinalised as JSON.</summary>
    const int EventLength = 640;

    const int Callers = 16, RidesPerCaller = 1_000, WarmUpPerCaller = 150;

    static readonly string Prepare = $"""
        drop schema if exists bench cascade;
        create schema bench;
        select platform.create_messaging_tables('bench');
        create table bench.rides (caller int, number int, ride_id uuid, passenger_id uuid, driver_id uuid, primary key (caller, number));
        insert into bench.rides
        select caller, number, gen_random_uuid(), gen_random_uuid(), gen_random_uuid()
        from   generate_series(0, {Callers} - 1) as caller, generate_series(1, {RidesPerCaller + WarmUpPerCaller}) as number;
        insert into billing.rides (
            ride_id, passenger_id, driver_id, city_id, vehicle_class, quoted_fare_minor_units, quoted_fare_currency, payment_method_id, payment_method_kind,
            started_at, completed_at, fare_factor_basis_points, track_distance_metres, track_duration_seconds, track_slow_seconds, track_slow_distance_metres,
            track_accepted_points, track_polyline)
        select ride_id, passenger_id, driver_id, 'nyc', 'Standard', 1200, 'USD', gen_random_uuid(), 'Cash', '2013-11-18T19:00Z', '2013-11-18T19:12Z', 10000,
               3219, 720, 0, 0, 40, '_p~iF~ps|U_ulLnnqC'
        from   bench.rides;
        vacuum analyze billing.rides;
        """;

    const string Read = """
        with heard as (
            select * from billing.rides where ride_id = @RideId and status = 'Open' for update
        )
        """ + RideBills.SelectHeard;

    public string Name => "fares";

    public async Task<IReadOnlyList<Figure>> Run(BenchFleet fleet, CancellationToken ct)
    {
        await using var source = NpgsqlDataSource.Create(fleet.Postgres);
        var ours = await Finalise(fleet, source, ct);
        await MakeRides(source, ct);
        var bare = await Pgbench.Run(fleet.Postgres, Callers, RidesPerCaller, Script, ct);
        return [new("fares.rate", ours, "fares/s", bare, "pgbench writing the same rows with as many clients")];
    }

    static async Task<double> Finalise(BenchFleet fleet, NpgsqlDataSource source, CancellationToken ct)
    {
        var rides = await MakeRides(source, ct);
        await using var app = await BillingInProcess.Load(fleet, ct);
        var (database, bills) = (app.Services.GetRequiredService<Database>(), app.Services.GetRequiredService<RideBills>());
        await ForAll(rides, 0, WarmUpPerCaller);
        var started = Stopwatch.GetTimestamp();
        await ForAll(rides, WarmUpPerCaller, RidesPerCaller);
        return Callers * RidesPerCaller / Stopwatch.GetElapsedTime(started).TotalSeconds;

        Task ForAll(ILookup<int, Guid> all, int skip, int take) => Task.WhenAll(all.Select(caller => Task.Run(
            async () =>
            {
                foreach (var ride in caller.Skip(skip).Take(take)) await FinaliseOne(database, bills, ride, ct);
            },
            ct)));
    }

    static async Task FinaliseOne(Database database, RideBills bills, Guid rideId, CancellationToken ct)
    {
        await using var transaction = await database.Begin(ct);
        var bill = await transaction.Find<RideBill>(Read, new { RideId = rideId }, ct);
        await bills.Conclude(bill!, overdue: true, transaction, ct);
        await transaction.Commit(ct);
    }

    static async Task<ILookup<int, Guid>> MakeRides(NpgsqlDataSource source, CancellationToken ct)
    {
        foreach (var statement in Prepare.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            await using var command = source.CreateCommand(statement);
            await command.ExecuteNonQueryAsync(ct);
        }

        await using var read = source.CreateCommand("select caller, ride_id from bench.rides order by caller, number");
        await using var rows = await read.ExecuteReaderAsync(ct);
        var rides = new List<(int Caller, Guid RideId)>();
        while (await rows.ReadAsync(ct)) rides.Add((rows.GetInt32(0), rows.GetGuid(1)));
        return rides.ToLookup(ride => ride.Caller, ride => ride.RideId);
    }

    /// <summary>One transaction as billing's: the ride locked, the fare, its four entries and balances, the event. A colon before a letter or a digit is a variable.</summary>
    static string Script => $$"""
        \set number :number + 1
        begin;
        select ride.ride_id, ride.passenger_id, ride.driver_id
        from   bench.rides bench join billing.rides ride on ride.ride_id = bench.ride_id
        where  bench.caller = :client_id and bench.number = :number for update of ride \gset
        update billing.rides set status = 'Charged', due_at = null, version = version + 1 where ride_id = :ride_id::uuid and status = 'Open';
        insert into billing.fares (
            fare_id, ride_id, kind, basis, passenger_id, driver_id, policy_id, policy_version, currency, distance_metres, duration_seconds, full_minor_units,
            fare_factor_basis_points, total_minor_units, commission_minor_units, driver_earning_minor_units, tax_minor_units, breakdown, inputs,
            payment_method_id, payment_method_kind, finalised_at, booked_at)
        values (
            gen_random_uuid(), :ride_id::uuid, 'Ride', 'Track', :passenger_id::uuid, :driver_id::uuid, '0190b000-0000-7000-8000-000000000001', 1, 'USD', 3219, 720, 800,
            10000, 800, 75, 675, 50,
            '[{"code": "base", "amountMinorUnits": 250}, {"code": "meter", "amountMinorUnits": 500}, {"code": "mta-tax", "amountMinorUnits": 50}]',
            '{"distanceMetres": 3219, "durationSeconds": 720, "slowDistanceMetres": 0, "slowSeconds": 0, "localStart": "2013-11-18T14-00-00", "isHoliday": false, "waitedSeconds": 0, "pickupMetres": 0, "tipMinorUnits": 0, "stops": 0, "zonesMet": []}',
            gen_random_uuid(), 'Cash', now(), billing.open_for(now()));
        {{Posting}};
        insert into bench.outbox (event_id, shard, aggregate_id, event_type, payload)
        values (gen_random_uuid(), (:number::int % 8)::smallint, :ride_id::uuid, 'FareFinalised', '{{new string('x', EventLength)}}');
        commit;
        """;

    /// <summary>The ledger's own statement, with values in the place of its parameters: null where a fare has none.</summary>
    static string Posting => Parameter().Replace(Ledger.Post, parameter => Values.GetValueOrDefault(parameter.Value, "null"));

    static readonly Dictionary<string, string> Values = new()
    {
        ["@TransferId"] = "gen_random_uuid()",
        ["@BusinessKey"] = "'fare-' || :ride_id::text",
        ["@TransferKind"] = "'Fare'",
        ["@RideId"] = ":ride_id::uuid",
        ["@OccurredAt"] = "now()",
        ["@AccountKinds"] = "array['PassengerReceivable', 'DriverPayable', 'Commission', 'Tax']",
        ["@PartyIds"] = "array[:passenger_id::uuid, :driver_id::uuid, (repeat('0', 32))::uuid, (repeat('0', 32))::uuid]",
        ["@AccountShards"] = "array[0, 0, (:number::int + :client_id::int) % 16, (:number::int + :client_id::int) % 16]::smallint[]",
        ["@Amounts"] = "array[800, -675, -75, -50]::bigint[]",
        ["@Currency"] = "'USD'",
    };

    [GeneratedRegex("@[A-Z][A-Za-z]+", RegexOptions.None, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Parameter();
}
