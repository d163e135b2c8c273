using System.Diagnostics;
using System.Text.Json;
using Dapper;
using Npgsql;
using Tumpang.Contracts;
using Tumpang.Runner.Fleets;
using Tumpang.ServiceDefaults;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>What a test does to billing, and looks up in it.</summary>
static class Books
{
    /// <summary>Invariants of billing alone, true at every moment.</summary>
    static readonly string[] HoldAlways =
    [
        "3*ledger*.sql", "38_*.sql", "39_*.sql", "59_*.sql", "62_*.sql", "63_*.sql", "73_*.sql", "81_*.sql", "82_*.sql", "84_*.sql", "85_*.sql", "86_*.sql",
        "87_*.sql", "88_*.sql", "89_*.sql",
    ];

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>One after the other: each is handled before the next is published.</summary>
    public static async Task Deliver(this BillingFleet fleet, params IEnumerable<Event> events)
    {
        foreach (var happened in events)
        {
            await fleet.DeliverAtOnce([happened]);
        }
    }

    /// <summary>All at once, to whichever copy takes them; returns when each has been handled.</summary>
    public static async Task DeliverAtOnce(this BillingFleet fleet, IReadOnlyList<Event> events)
    {
        await fleet.Bus.Publish(events, Stop);
        var ids = events.Select(happened => happened.EventId).Distinct().ToArray();
        await Until("the events are handled", async () =>
            await fleet.One<long>("select count(*) from billing.inbox where event_id = any(@ids)", new { ids }) == ids.Length);
    }

    /// <summary>A ride that was driven for 10.001 taxi units, priced: 8.00 dollars, or 9 657 rupiah.</summary>
    public static async Task<Ride> Finished(this BillingFleet fleet, Ride ride)
    {
        await fleet.Deliver(ride.Requested(fleet.Tokens), ride.Created(), ride.Completed(), ride.Tracked());
        await fleet.FareOf(ride);
        return ride;
    }

    /// <summary>The fare of a ride, once it has one.</summary>
    public static async Task<FareRow> FareOf(this BillingFleet fleet, Ride ride)
    {
        FareRow? fare = null;
        await Until("the ride is priced", async () => (fare = (await fleet.Query<FareRow>("""
            select basis, fare.total_minor_units, commission_minor_units, driver_earning_minor_units, tax_minor_units, distance_metres, settlement
            from   billing.fares fare
            join   billing.fare_settlements paid on paid.ride_id = fare.ride_id
            where  fare.ride_id = @RideId
            """, ride)).SingleOrDefault()) is not null);
        return fare!;
    }

    /// <summary>The lines of a ride's fare, as they are stored.</summary>
    public static Task<string> Breakdown(this BillingFleet fleet, Ride ride) => fleet.One<string>("select breakdown from billing.fares where ride_id = @RideId", new { ride.RideId });

    /// <summary>What billing told of a ride, published or about to be, in its order.</summary>
    public static async Task<IReadOnlyList<TEvent>> Published<TEvent>(this BillingFleet fleet, Ride ride)
        where TEvent : Event
    {
        var payloads = await fleet.Query<string>("""
            select payload from billing.outbox where (event_type, aggregate_id) = (@Type, @RideId)
            union
            select payload from billing.outbox_archive where (event_type, aggregate_id) = (@Type, @RideId)
            """, new { Type = typeof(TEvent).Name, ride.RideId });
        return [.. payloads.Select(payload => JsonSerializer.Deserialize<TEvent>(payload, Json.Options)!).OrderBy(told => told.Version)];
    }

    /// <summary>The payouts of a driver that billing told of, in its order.</summary>
    public static async Task<IReadOnlyList<PayoutDue>> Told(this BillingFleet fleet, Guid driverId)
    {
        var payloads = await fleet.Query<string>("""
            select payload from billing.outbox join billing.payouts on aggregate_id = payout_id where event_type = 'PayoutDue' and driver_id = @driverId
            union
            select payload from billing.outbox_archive join billing.payouts on aggregate_id = payout_id where event_type = 'PayoutDue' and driver_id = @driverId
            """, new { driverId });
        return [.. payloads.Select(payload => JsonSerializer.Deserialize<PayoutDue>(payload, Json.Options)!).OrderBy(told => told.PayoutId)];
    }

    /// <summary>As somebody at the database might.</summary>
    public static Task ExecuteAsOwner(this BillingFleet fleet, string sql) => fleet.Query<object>(sql, null);

    /// <summary>Rows of a table, or of tables, under a condition.</summary>
    public static Task<long> Count(this BillingFleet fleet, string from, object parameters) => fleet.One<long>($"select count(*) from {from}", parameters);

    /// <summary>One column of whatever is asked.</summary>
    public static Task<IReadOnlyList<T>> Column<T>(this BillingFleet fleet, string sql, object parameters) => fleet.Query<T>(sql, parameters);

    /// <summary>Balance of a party's account, debits positive.</summary>
    public static Task<long> Balance(this BillingFleet fleet, string kind, Guid partyId) => fleet.One<long>(
        "select coalesce(sum(balance_minor_units), 0)::bigint from billing.ledger_accounts where (kind, party_id) = (@kind, @partyId)", new { kind, partyId });

    /// <summary>What a payout has moved on our bank account, debits positive.</summary>
    public static Task<long> BankOf(this BillingFleet fleet, PayoutDue due) => fleet.One<long>("""
        select coalesce(sum(entry.amount_minor_units), 0)::bigint
        from   billing.ledger_transfers transfer
        join   billing.ledger_entries entry using (transfer_id)
        join   billing.ledger_accounts account using (account_id)
        where  transfer.payout_id = @PayoutId and account.kind = 'Bank'
        """, new { due.PayoutId });

    /// <summary>What one ride moved on accounts of a kind, debits positive.</summary>
    public static Task<long> Posted(this BillingFleet fleet, string kind, Ride ride) => fleet.One<long>("""
        select coalesce(sum(entry.amount_minor_units), 0)::bigint
        from   billing.ledger_transfers transfer
        join   billing.ledger_entries entry using (transfer_id)
        join   billing.ledger_accounts account using (account_id)
        where  transfer.ride_id = @RideId and account.kind = @kind
        """, new { ride.RideId, kind });

    /// <summary>Names of the ledger's and the credits' invariants that do not hold; they must at every moment, also while other tests write.</summary>
    public static async Task<IReadOnlyList<string>> BrokenInvariants(this BillingFleet fleet)
    {
        var broken = new List<string>();
        var folder = Path.Combine(Repository.Find().Root, "schemas", "invariants");
        foreach (var file in HoldAlways.SelectMany(pattern => Directory.GetFiles(folder, pattern)))
        {
            if ((await fleet.Query<object>(await File.ReadAllTextAsync(file, Stop), null)).Count > 0) broken.Add(Path.GetFileName(file));
        }

        return broken;
    }

    /// <summary>Now the ride is priced without what is still missing.</summary>
    public static Task PassDeadline(this BillingFleet fleet, Ride ride) =>
        fleet.Query<object>("update billing.rides set due_at = now() where ride_id = @RideId and status = 'Open'", new { ride.RideId });

    /// <summary>Waits for a condition, with a deadline.</summary>
    public static async Task Until(string what, Func<Task<bool>> holds)
    {
        var clock = Stopwatch.StartNew();
        while (!await holds())
        {
            Assert.True(clock.Elapsed < Patience, $"After {Patience.TotalSeconds:0} s it is still not so that {what}.");
            await Task.Delay(20, Stop);
        }
    }

    static async Task<T> One<T>(this BillingFleet fleet, string sql, object? parameters) => (await fleet.Query<T>(sql, parameters)).Single();

    static async Task<IReadOnlyList<T>> Query<T>(this BillingFleet fleet, string sql, object? parameters)
    {
        await using NpgsqlConnection connection = await fleet.Owner.OpenConnectionAsync(Stop);
        return (await connection.QueryAsync<T>(new(sql, parameters, cancellationToken: Stop))).AsList();
    }
}

/// <summary>A fare as the tests look at it.</summary>
sealed record FareRow(
    string Basis, long TotalMinorUnits, long CommissionMinorUnits, long DriverEarningMinorUnits, long TaxMinorUnits, int DistanceMetres, string Settlement);
