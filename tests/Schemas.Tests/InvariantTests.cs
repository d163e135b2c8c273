using Dapper;
using Npgsql;
using Tumpang.Invariants;
using Xunit;

namespace Tumpang.Schemas.Tests;

/// <summary>
/// Every invariant is shown rows that break it. Most cannot come about, because the schema has guards of its own: those are taken away first,
/// in a transaction that is rolled back.
/// </summary>
[Collection("One at a time on the shared database")]
public sealed class InvariantTests(SchemaServers servers)
{
    /// <summary>Removes every guard but the primary keys, so that the invariant stands alone, and adds put(table, row), which fills in what the row leaves out.</summary>
    const string Unguarded = """
        do $$
        declare it record;
        begin
            for it in select conrelid::regclass as relation, conname from pg_constraint
                where connamespace::regnamespace::text in ('users', 'location', 'match', 'ride', 'billing', 'payment', 'sandbox') and conrelid <> 0 and contype not in ('p', 't') order by contype = 'u'
            loop execute format('alter table %s drop constraint if exists %I cascade', it.relation, it.conname); end loop;
            for it in select indexrelid::regclass as index from pg_index join pg_class on pg_class.oid = indexrelid
                where indisunique and not indisprimary and relnamespace::regnamespace::text in ('users', 'location', 'match', 'ride', 'billing', 'payment', 'sandbox')
            loop execute format('drop index %s', it.index); end loop;
        end $$;
        set local session_replication_role = replica;

        create function pg_temp.put(target regclass, given jsonb) returns void language plpgsql as $$
        declare
            names text;
            vals  text;
        begin
            select string_agg(quote_ident(attname), ', '), string_agg(coalesce(quote_literal(given ->> attname), case
                when type = 'uuid' then 'gen_random_uuid()'
                when type like 'timestamp%' then '''2013-11-18T16:00Z'''
                when type like 'geography%' then 'platform.point(40.7, -74)'
                when type in ('smallint', 'integer', 'bigint', 'double precision') then '0'
                when type = 'character(3)' then '''USD'''
                when type = 'jsonb' then '''[]'''
                when type = 'boolean' then 'false'
                else '''x''' end), ', ')
            into   names, vals
            from   (select attname, format_type(atttypid, atttypmod) as type from pg_attribute
                    where attrelid = target and attnum > 0 and not attisdropped and attidentity = ''
                      and (given ? attname or (attnotnull and not atthasdef))) missing;
            execute format('insert into %s (%s) values (%s)', target, names, vals);
        end $$;
        """;

    const string One = "00000000-0000-0000-0000-000000000001";
    const string Two = "00000000-0000-0000-0000-000000000002";
    const string Three = "00000000-0000-0000-0000-000000000003";

    const string Ride = $$"""put('ride.rides', '{"ride_id": "{{One}}", "status": "Completed"}')""";
    const string Fare = $$"""put('billing.fares', '{"fare_id": "{{Two}}", "ride_id": "{{One}}", "kind": "Ride", "total_minor_units": 500}')""";
    const string Order = $$"""put('payment.orders', '{"id": "{{Three}}", "fare_id": "{{Two}}", "ride_id": "{{One}}", "amount_minor_units": 500, "kind": "Card", "status": "Settled"}')""";

    /// <summary>By invariant: what is put, and how it is wrong. Several lines of one invariant break it in several ways.</summary>
    static readonly (string Invariant, string Case, string[] Rows)[] Broken =
    [
        ("00_every_event_reaches_every_consumer", "an event waits in an outbox", ["put('ride.outbox', '{}')"]),
        ("00_every_event_reaches_every_consumer", "a consumer has not heard what was sent", ["put('ride.outbox_archive', '{\"event_type\": \"RideCompleted\"}')"]),
        ("20_nobody_is_on_two_rides", "a driver has two",
        [
            $$"""put('ride.rides', '{"ride_id": "{{One}}", "driver_id": "{{Three}}", "status": "InProgress"}')""",
            $$"""put('ride.rides', '{"ride_id": "{{Two}}", "driver_id": "{{Three}}", "status": "DriverAssigned"}')""",
        ]),
        ("20_nobody_is_on_two_rides", "somebody is on a ride and not busy", [$$"""put('ride.rides', '{"status": "InProgress"}')"""]),
        ("20_nobody_is_on_two_rides", "somebody is busy with a ride that is over", [Ride, $$"""put('match.busy_parties', '{"ride_id": "{{One}}"}')"""]),
        ("20_nobody_is_on_two_rides", "somebody is promised a ride and not busy", [$$"""put('ride.rides', '{"ride_id": "{{One}}", "driver_id": "{{Three}}", "status": "Queued"}')""",
            $$"""put('match.next_rides', '{"ride_id": "{{One}}", "driver_id": "{{Three}}"}')"""]),
        ("20_nobody_is_on_two_rides", "a promise that ride does not know", ["put('match.next_rides', '{}')"]),
        ("20_nobody_is_on_two_rides", "a driver has two promises",
        [
            $$"""put('ride.rides', '{"ride_id": "{{One}}", "driver_id": "{{Three}}", "passenger_id": "{{One}}", "status": "Queued"}')""",
            $$"""put('ride.rides', '{"ride_id": "{{Two}}", "driver_id": "{{Three}}", "passenger_id": "{{Two}}", "status": "Queued"}')""",
            $$"""put('match.next_rides', '{"ride_id": "{{One}}"}')""", $$"""put('match.next_rides', '{"ride_id": "{{Two}}"}')""",
            $$"""put('match.busy_parties', '{"ride_id": "{{One}}", "user_id": "{{One}}"}')""", $$"""put('match.busy_parties', '{"ride_id": "{{Two}}", "user_id": "{{Two}}"}')""",
        ]),
        ("21_no_driver_has_two_open_offers", "a promised driver has one",
        [
            $$"""put('match.ride_requests', '{"ride_request_id": "{{One}}", "status": "Offered"}')""",
            $$"""put('match.offers', '{"ride_request_id": "{{One}}", "driver_id": "{{Three}}", "status": "Open"}')""",
            $$"""put('match.next_rides', '{"driver_id": "{{Three}}"}')""",
        ]),
        ("21_no_driver_has_two_open_offers", "a driver has two",
        [
            $$"""put('match.ride_requests', '{"ride_request_id": "{{One}}", "status": "Offered"}')""",
            $$"""put('match.offers', '{"ride_request_id": "{{One}}", "driver_id": "{{Three}}", "status": "Open"}')""",
            $$"""put('match.offers', '{"ride_request_id": "{{One}}", "driver_id": "{{Three}}", "status": "Open"}')""",
        ]),
        ("21_no_driver_has_two_open_offers", "a busy driver has one",
        [
            $$"""put('match.ride_requests', '{"ride_request_id": "{{One}}", "status": "Offered"}')""",
            $$"""put('match.offers', '{"ride_request_id": "{{One}}", "driver_id": "{{Three}}", "status": "Open"}')""",
            $$"""put('match.busy_parties', '{"user_id": "{{Three}}"}')""",
        ]),
        ("21_no_driver_has_two_open_offers", "a request that is over has one",
        [
            $$"""put('match.ride_requests', '{"ride_request_id": "{{One}}", "status": "Cancelled"}')""",
            $$"""put('match.offers', '{"ride_request_id": "{{One}}", "status": "Open"}')""",
        ]),
        ("22_confirmed_matches_have_one_ride", "a match without a ride", [$$"""put('match.offers', '{"ride_id": "{{One}}", "status": "Accepted", "confirmed_at": "2013-11-18T16:00Z"}')"""]),
        ("22_confirmed_matches_have_one_ride", "a ride without a match", [Ride]),
        ("23_ride_requests_end", "a search that goes on",
        [
            """put('match.ride_requests', '{"status": "Searching", "search_ends_at": "2013-11-18T16:05Z"}')""",
            """put('match.ride_requests', '{"status": "Matched", "updated_at": "2013-11-18T16:10Z"}')""",
        ]),
        ("23_ride_requests_end", "a passenger told too late", ["""put('match.ride_requests', '{"status": "NoDriverFound", "search_ends_at": "2013-11-18T16:05Z", "ended_at": "2013-11-18T16:07Z"}')"""]),
        ("30_ledger_transfers_sum_to_zero", "a unit is missing",
        [
            $$"""put('billing.ledger_transfers', '{"transfer_id": "{{One}}"}')""",
            $$"""put('billing.ledger_entries', '{"transfer_id": "{{One}}", "account_id": 1, "amount_minor_units": 500}')""",
            $$"""put('billing.ledger_entries', '{"transfer_id": "{{One}}", "account_id": 2, "amount_minor_units": -499}')""",
        ]),
        ("30_ledger_transfers_sum_to_zero", "a transfer without entries", ["put('billing.ledger_transfers', '{}')"]),
        ("31_ledger_balances_equal_entries", "a balance from nowhere", ["""put('billing.ledger_accounts', '{"balance_minor_units": 1}')"""]),
        ("32_fares_are_in_the_ledger", "a fare that is not posted", [Fare]),
        ("33_settled_fares_are_paid_in_the_ledger", "an open fare that nobody owes", [Fare]),
        ("34_ended_rides_are_priced", "an ended ride without a price", [$$"""put('billing.rides', '{"status": "Open", "completed_at": "2013-11-18T16:00Z"}')"""]),
        ("34_ended_rides_are_priced", "a charged ride without a fare", [$$"""put('billing.rides', '{"status": "Charged"}')"""]),
        ("35_completed_rides_have_one_fare", "a completed ride without a fare", [Ride]),
        ("35_completed_rides_have_one_fare", "a fare of a ride that goes on", [$$"""put('ride.rides', '{"ride_id": "{{One}}", "status": "InProgress"}')""", Fare]),
        ("35_completed_rides_have_one_fare", "a fare of no ride", [Fare]),
        ("35_completed_rides_have_one_fare", "a cancelled ride paid like a ride", [$$"""put('ride.rides', '{"ride_id": "{{One}}", "status": "Cancelled"}')""", Fare]),
        ("38_promotions_equal_their_uses", "money reserved for nobody", ["""put('billing.promotions', '{"reserved_minor_units": 5, "budget_minor_units": 9}')"""]),
        ("38_promotions_equal_their_uses", "money spent on nobody", ["""put('billing.promotions', '{"spent_minor_units": 5, "budget_minor_units": 9}')"""]),
        ("38_promotions_equal_their_uses", "a fare that tells another discount",
        [
            $$"""put('billing.promotions', '{"promotion_id": "{{Three}}", "spent_minor_units": 5, "budget_minor_units": 9}')""",
            $$"""put('billing.promotion_uses', '{"promotion_id": "{{Three}}", "ride_id": "{{One}}", "status": "Consumed", "spent_minor_units": 5}')""",
            Fare,
        ]),
        ("36_adjustments_are_in_the_ledger", "an adjustment that is not posted",
            [$$"""put('billing.adjustments', '{"ride_id": "{{One}}", "status": "Effective", "amount_minor_units": 100}')"""]),
        ("36_adjustments_are_in_the_ledger", "a fare lowered by nobody",
            [$$"""put('billing.fares', '{"ride_id": "{{One}}", "total_minor_units": 500, "adjusted_minor_units": 100}')"""]),
        ("37_payouts_are_in_the_ledger", "a payout that left nobody's balance", ["""put('billing.payouts', '{"status": "Sent", "amount_minor_units": 100}')"""]),
        ("40_tracks_add_up", "metres that no point added", [$$"""put('location.rides', '{"distance_metres": 100}')"""]),
        ("41_completed_rides_have_closed_tracks", "a track left open",
        [
            """put('location.rides', '{"completed_at": "2013-11-18T16:00Z", "due_at": "2013-11-18T16:01Z"}')""",
            """put('location.rides', '{"last_at": "2013-11-18T16:10Z"}')""",
        ]),
        ("50_every_fare_has_one_order", "a fare without an order", [Fare]),
        ("50_every_fare_has_one_order", "an order without a fare", [Order]),
        ("50_every_fare_has_one_order", "an order over another amount",
            [Fare, $$"""put('payment.orders', '{"fare_id": "{{Two}}", "ride_id": "{{One}}", "amount_minor_units": 501}')"""]),
        ("51_nobody_is_charged_twice", "two charges for one order",
        [
            Order,
            $$"""put('payment.attempts', '{"id": "{{One}}", "order_id": "{{Three}}"}')""",
            $$"""put('payment.attempts', '{"id": "{{Two}}", "order_id": "{{Three}}"}')""",
            $$"""put('sandbox.charges', '{"idempotency_key": "{{One}}", "amount_minor_units": 500, "status": "Succeeded"}')""",
            $$"""put('sandbox.charges', '{"idempotency_key": "{{Two}}", "amount_minor_units": 500, "status": "Succeeded"}')""",
        ]),
        ("51_nobody_is_charged_twice", "a settled order without a charge", [Order]),
        ("52_settled_orders_have_one_success", "a settled order without a success", [Order]),
        ("52_settled_orders_have_one_success", "an order that is done with an attempt under way",
            [Order, $$"""put('payment.attempts', '{"order_id": "{{Three}}", "status": "Succeeded"}')""", $$"""put('payment.attempts', '{"order_id": "{{Three}}", "status": "Sent"}')"""]),
        ("53_every_order_ends", "an order that nobody tries", ["""put('payment.orders', '{"kind": "Card", "status": "Pending"}')"""]),
        ("54_settlements_are_known_to_billing", "billing has not heard of it", [Fare, Order]),
        ("55_captured_money_is_in_the_ledger", "a charge that the ledger does not know", ["""put('sandbox.charges', '{"amount_minor_units": 500, "status": "Succeeded"}')"""]),
        ("56_refunds_are_in_the_providers_books", "a refund that the provider does not know",
            [$$"""put('payment.refunds', '{"attempt_id": "{{One}}", "status": "Succeeded", "amount_minor_units": 100}')"""]),
        ("56_refunds_are_in_the_providers_books", "a refund that the provider paid all the same",
        [
            $$"""put('payment.refunds', '{"id": "{{One}}", "status": "Failed", "amount_minor_units": 100}')""",
            $$"""put('sandbox.refunds', '{"idempotency_key": "{{One}}", "status": "Succeeded", "amount_minor_units": 100}')""",
        ]),
        ("56_refunds_are_in_the_providers_books", "an attempt that has lost count", ["put('payment.attempts', '{\"refunded_minor_units\": 1}')"]),
        ("57_lowered_fares_are_not_kept", "a lowering that payment has not heard of",
            [$$"""put('billing.fares', '{"fare_id": "{{Two}}", "total_minor_units": 500, "adjusted_minor_units": 100}')""", Order]),
        ("57_lowered_fares_are_not_kept", "the money is kept",
        [
            $$"""put('payment.orders', '{"id": "{{Three}}", "ride_id": "{{One}}", "amount_minor_units": 500, "adjusted_minor_units": 100, "kind": "Card", "status": "Settled"}')""",
            $$"""put('payment.adjustments', '{"ride_id": "{{One}}", "amount_minor_units": 100}')""",
            $$"""put('payment.attempts', '{"order_id": "{{Three}}", "amount_minor_units": 500, "status": "Succeeded", "kind": "Card"}')""",
        ]),
        ("58_nobody_is_paid_out_twice", "a payout that payment does not know", ["put('billing.payouts', '{}')"]),
        ("58_nobody_is_paid_out_twice", "a payout that nobody reserved", ["put('payment.payouts', '{}')"]),
        ("58_nobody_is_paid_out_twice", "a failed payout that was paid",
        [
            $$"""put('billing.payouts', '{"payout_id": "{{One}}", "driver_id": "{{Two}}", "status": "Failed", "amount_minor_units": 100}')""",
            $$"""put('payment.payouts', '{"id": "{{One}}", "driver_id": "{{Two}}", "status": "Failed", "amount_minor_units": 100}')""",
            $$"""put('sandbox.transfers', '{"idempotency_key": "{{One}}", "status": "Succeeded", "amount_minor_units": 100}')""",
        ]),
    ];

    public static TheoryData<string, string> Cases => new(Broken.Select(broken => (broken.Invariant, broken.Case)));

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task An_invariant_finds_the_rows_that_break_it(string name, string how)
    {
        var invariant = Auditor.Checks.Single(check => check.Name == name);
        var rows = Broken.Single(broken => (broken.Invariant, broken.Case) == (name, how)).Rows;
        await using var connection = await servers.Owner.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await connection.ExecuteAsync(Unguarded, transaction: transaction);
        Assert.Null(await AsAuditor(connection, invariant));

        foreach (var row in rows)
        {
            await connection.ExecuteAsync($"select pg_temp.{row}", transaction: transaction);
        }

        Assert.NotNull(await AsAuditor(connection, invariant));
    }

    [Fact]
    public void Every_invariant_is_shown_to_fail() =>
        Assert.Equal(Auditor.Checks.Select(check => check.Name).Order(), Broken.Select(broken => broken.Invariant).Distinct().Order());

    [Fact]
    public void Every_invariant_has_a_number_of_its_own() =>
        Assert.Equal(Auditor.Checks.Count, Auditor.Checks.Select(check => check.Name[..2]).Distinct().Count());

    static async Task<Violation?> AsAuditor(NpgsqlConnection connection, Invariant invariant)
    {
        await connection.ExecuteAsync("set local role tumpang_auditor");
        var violation = await invariant.Check(connection, Ct);
        await connection.ExecuteAsync("reset role");
        return violation;
    }
}
