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
                where connamespace::regnamespace::text in ('users', 'location', 'match', 'ride', 'billing', 'payment', 'sandbox') and conrelid <> 0 and contype not in ('p', 't')
                  and conparentid = 0 and coninhcount = 0 order by contype = 'u'
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

    const string SurgedQuote = $$$$"""
        put('billing.quotes', '{"quote_id": "{{{{One}}}}", "city_id": "nyc", "vehicle_class": "Van",
            "inputs": {"surge": {"multiplierBasisPoints": 13000, "cell": {"line": 1, "place": 2}, "round": 5, "ruleVersion": 1}}}')
        """;

    const string SurgeChange =
        """put('billing.surge_changes', '{"city_id": "nyc", "vehicle_class": "Van", "line": 1, "place": 2, "round": 4, "multiplier_basis_points": 13000}')""";

    static string SurgeRule(bool isOn, int most) => $$"""
        put('billing.surge_rules', '{"city_id": "nyc", "vehicle_class": "Van", "version": 1, "is_on": {{(isOn ? "true" : "false")}}, "least_basis_points": 10000,
            "most_basis_points": {{most}}}')
        """;

    const string Settlement = $$"""put('billing.fare_settlements', '{"fare_id": "{{Two}}", "ride_id": "{{One}}", "total_minor_units": 500}')""";

    /// <summary>500 on the way, 800 at the pickup, after five minutes.</summary>
    const string CancellationTerms = $$"""
        put('billing.fare_policies', '{"policy_id": "{{Two}}", "version": 1, "band_from": "00:00", "band_to": "00:00", "cancellation_fee_minor_units": 500,
            "cancellation_at_pickup_minor_units": 800, "cancellation_grace_seconds": 300}')
        """;

    /// <summary>A fee for cancelling so long after the match.</summary>
    static string[] CancelledFor(int fee, string phase, int minutes) =>
    [
        CancellationTerms,
        CancellationFee(fee, $$$"""{"cancelled": {"phase": "{{{phase}}}", "setOutAt": "2013-11-18T16:00Z", "at": "2013-11-18T16:0{{{minutes}}}Z"}}"""),
    ];

    static string CancellationFee(int fee, string inputs) => $$"""
        put('billing.fares', '{"ride_id": "{{One}}", "kind": "Cancellation", "policy_id": "{{Two}}", "policy_version": 1, "full_minor_units": {{fee}}, "inputs": {{inputs}}}')
        """;

    /// <summary>Six minutes after the match, where 400 are owed after five.</summary>
    static string[] GivenUp(string reason, int fee, string matched = Two) =>
    [
        $$"""
        put('billing.fare_policies', '{"policy_id": "{{Two}}", "version": 1, "band_from": "00:00", "band_to": "00:00", "cancellation_grace_seconds": 300,
            "cancellation_driver_fee_minor_units": 400}')
        """,
        $$"""put('billing.quotes', '{"quote_id": "{{Two}}", "policy_id": "{{Two}}", "policy_version": 1}')""",
        $$"""
        put('billing.rides', '{"ride_id": "{{One}}", "driver_id": "{{Three}}", "status": "Free", "quote_id": "{{Two}}", "matched_quote_id": "{{matched}}",
            "cancelled_by": "Driver", "cancel_reason": "{{reason}}", "assigned_at": "2013-11-18T16:00Z", "cancelled_at": "2013-11-18T16:06Z",
            "driver_fee_minor_units": {{fee}}}')
        """,
    ];

    static string[] DriverFeePosted(int fee) =>
    [
        $$"""put('billing.ledger_accounts', '{"kind": "DriverPayable", "party_id": "{{Three}}"}')""", """put('billing.ledger_accounts', '{"kind": "DriverFees"}')""",
        $$"""put('billing.ledger_transfers', '{"transfer_id": "{{Three}}", "ride_id": "{{One}}", "kind": "DriverCancellation"}')""",
        Entry(Three, "DriverPayable", fee), Entry(Three, "DriverFees", -fee),
    ];

    static string Cancelled(string phase, string by) =>
        $$"""put('billing.rides', '{"ride_id": "{{One}}", "status": "Charged", "cancelled_by": "{{by}}", "cancellation_phase": "{{phase}}"}')""";

    /// <summary>A payout of 100 that was reserved and sent, in the ledger.</summary>
    static string[] PayoutSent =>
    [
        $$"""put('billing.ledger_accounts', '{"kind": "DriverPayable", "party_id": "{{Two}}"}')""",
        """put('billing.ledger_accounts', '{"kind": "Bank"}')""",
        $$"""put('billing.ledger_transfers', '{"transfer_id": "{{Three}}", "payout_id": "{{One}}"}')""",
        Entry(Three, "DriverPayable", 100), Entry(Three, "Bank", -100),
    ];

    static string Entry(string transferId, string account, int minorUnits) => $$"""
        put('billing.ledger_entries', json_build_object('transfer_id', '{{transferId}}', 'amount_minor_units', {{minorUnits}},
            'account_id', (select max(account_id) from billing.ledger_accounts where kind = '{{account}}'))::jsonb)
        """;

    /// <summary>100 in cash for a ride of which the driver earned 80.</summary>
    static string[] CashTaken(int kept, int held) =>
    [
        $$"""put('billing.fares', '{"fare_id": "{{Two}}", "ride_id": "{{One}}", "total_minor_units": 100, "driver_earning_minor_units": 80}')""",
        $$"""put('billing.fare_settlements', '{"fare_id": "{{Two}}", "ride_id": "{{One}}", "total_minor_units": 100}')""",
        .. Accounts("HeldCash", "DriverPayable", "PassengerReceivable"),
        $$"""put('billing.ledger_transfers', '{"transfer_id": "{{Three}}", "ride_id": "{{One}}", "kind": "Payment"}')""",
        Entry(Three, "HeldCash", held), Entry(Three, "DriverPayable", kept), Entry(Three, "PassengerReceivable", -100),
    ];

    static IEnumerable<string> Accounts(params string[] kinds) =>
        kinds.Select(kind => $$"""put('billing.ledger_accounts', '{"kind": "{{kind}}", "party_id": "{{Two}}"}')""");

    /// <summary>A payout of 100, as each of the three books has it.</summary>
    static string[] PayoutIn(string billing, string payment, string sandbox) =>
    [
        $$"""put('billing.payouts', '{"payout_id": "{{One}}", "driver_id": "{{Two}}", "status": "{{billing}}", "amount_minor_units": 100}')""",
        $$"""put('payment.payouts', '{"id": "{{One}}", "driver_id": "{{Two}}", "status": "{{payment}}", "amount_minor_units": 100}')""",
        $$"""put('sandbox.transfers', '{"idempotency_key": "{{One}}", "status": "{{sandbox}}", "amount_minor_units": 100}')""",
    ];

    /// <summary>A driver's week without commission in standard cars, which costs 700, in no ledger.</summary>
    static string[] Subscribed(string endsAt = "2013-11-25T16:00Z", string covered = "Standard") =>
    [
        $$"""put('billing.subscription_plans', '{"plan_id": "{{Two}}", "city_id": "nyc", "vehicle_classes": "{Standard}", "price_minor_units": 700, "days": 7}')""",
        $$"""
        put('billing.driver_subscriptions', '{"subscription_id": "{{One}}", "driver_id": "{{Two}}", "plan_id": "{{Two}}", "periods": 1, "started_at": "2013-11-18T16:00Z",
            "ends_at": "{{endsAt}}"}')
        """,
        $$"""
        put('billing.subscription_periods', '{"subscription_id": "{{One}}", "period": 1, "price_minor_units": 700, "starts_at": "2013-11-18T16:00Z",
            "ends_at": "2013-11-25T16:00Z"}')
        """,
        $$"""
        put('billing.subscription_coverage', '{"subscription_id": "{{One}}", "period": 1, "driver_id": "{{Two}}", "city_id": "nyc", "vehicle_class": "{{covered}}",
            "starts_at": "2013-11-18T16:00Z", "ends_at": "2013-11-25T16:00Z", "created_at": "2013-11-18T16:00Z"}')
        """,
    ];

    static string SubscribedRide(string matchedAt) =>
        $$"""put('billing.rides', '{"ride_id": "{{One}}", "city_id": "nyc", "vehicle_class": "Standard", "matched_at": "{{matchedAt}}"}')""";

    static string SubscribedFare(int commission, string? subscription) => $$"""
        put('billing.fares', '{"ride_id": "{{One}}", "driver_id": "{{Two}}", "commission_minor_units": {{commission}}{{(subscription is null ? "" : $", \"subscription_id\": \"{subscription}\"")}}}')
        """;

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
        ("24_rides_are_billed_as_they_went", "a fare by a quote that was replaced",
        [
            $$"""put('ride.rides', '{"ride_id": "{{One}}", "quote_id": "{{Two}}", "status": "Completed"}')""",
            $$"""put('billing.rides', '{"ride_id": "{{One}}", "quote_id": "{{Three}}", "status": "Charged"}')""",
        ]),
        ("24_rides_are_billed_as_they_went", "a stop that nobody billed",
        [
            $$"""put('ride.rides', '{"ride_id": "{{One}}", "quote_id": "{{Two}}", "status": "Completed", "stops": [{"arrivedAt": "2013-11-18T16:00Z"}, {}]}')""",
            $$"""put('billing.rides', '{"ride_id": "{{One}}", "quote_id": "{{Two}}", "status": "Charged", "stops": 0}')""",
        ]),
        ("25_rides_have_their_whole_history", "a step that nobody wrote down",
        [
            $$"""put('ride.rides', '{"ride_id": "{{One}}", "status": "DriverArrived", "version": 2}')""",
            $$"""put('ride.transitions', '{"ride_id": "{{One}}", "version": 2, "from_status": "DriverAssigned", "status": "DriverArrived"}')""",
        ]),
        ("25_rides_have_their_whole_history", "a ride that stands where its history does not lead",
        [
            $$"""put('ride.rides', '{"ride_id": "{{One}}", "status": "InProgress", "version": 1}')""",
            $$"""put('ride.transitions', '{"ride_id": "{{One}}", "version": 1, "status": "DriverAssigned"}')""",
        ]),
        ("25_rides_have_their_whole_history", "another way in a status that the ride was not in",
        [
            $$"""put('ride.rides', '{"ride_id": "{{One}}", "status": "DriverAssigned", "version": 2}')""",
            $$"""put('ride.transitions', '{"ride_id": "{{One}}", "version": 1, "status": "DriverAssigned"}')""",
            $$"""put('ride.on_the_way', '{"ride_id": "{{One}}", "version": 2, "status": "DriverArrived", "what": "Rerouted"}')""",
        ]),
        ("30_ledger_transfers_sum_to_zero", "a unit is missing",
        [
            $$"""put('billing.ledger_transfers', '{"transfer_id": "{{One}}"}')""",
            $$"""put('billing.ledger_entries', '{"transfer_id": "{{One}}", "account_id": 1, "amount_minor_units": 500}')""",
            $$"""put('billing.ledger_entries', '{"transfer_id": "{{One}}", "account_id": 2, "amount_minor_units": -499}')""",
        ]),
        ("30_ledger_transfers_sum_to_zero", "a transfer without entries", ["put('billing.ledger_transfers', '{}')"]),
        ("31_ledger_balances_equal_entries", "a balance from nowhere", ["""put('billing.ledger_accounts', '{"balance_minor_units": 1}')"""]),
        ("32_fares_are_in_the_ledger", "a fare that is not posted", [Fare]),
        ("33_settled_fares_are_paid_in_the_ledger", "an open fare that nobody owes", [Settlement]),
        ("34_ended_rides_are_priced", "an ended ride without a price", [$$"""put('billing.rides', '{"status": "Open", "completed_at": "2013-11-18T16:00Z"}')"""]),
        ("34_ended_rides_are_priced", "a charged ride without a fare", [$$"""put('billing.rides', '{"status": "Charged"}')"""]),
        ("35_completed_rides_have_one_fare", "a completed ride without a fare", [Ride]),
        ("35_completed_rides_have_one_fare", "a fare of a ride that goes on", [$$"""put('ride.rides', '{"ride_id": "{{One}}", "status": "InProgress"}')""", Fare]),
        ("35_completed_rides_have_one_fare", "a fare of no ride", [Fare]),
        ("35_completed_rides_have_one_fare", "a cancelled ride paid like a ride", [$$"""put('ride.rides', '{"ride_id": "{{One}}", "status": "Cancelled"}')""", Fare]),
        ("38_promotions_equal_their_uses", "money reserved for nobody", ["""put('billing.promotions', '{"reserved_minor_units": 5, "budget_minor_units": 9}')"""]),
        ("38_promotions_equal_their_uses", "what is held for quotes is taken for a use",
        [
            $$"""put('billing.promotions', '{"promotion_id": "{{Three}}", "reserved_minor_units": 5, "held_minor_units": 5, "budget_minor_units": 9}')""",
            $$"""put('billing.promotion_uses', '{"promotion_id": "{{Three}}", "status": "Reserved", "reserved_minor_units": 5}')""",
        ]),
        ("38_promotions_equal_their_uses", "money spent on nobody", ["""put('billing.promotions', '{"spent_minor_units": 5, "budget_minor_units": 9}')"""]),
        ("38_promotions_equal_their_uses", "a fare that tells another discount",
        [
            $$"""put('billing.promotions', '{"promotion_id": "{{Three}}", "spent_minor_units": 5, "budget_minor_units": 9}')""",
            $$"""put('billing.promotion_uses', '{"promotion_id": "{{Three}}", "ride_id": "{{One}}", "status": "Consumed", "spent_minor_units": 5}')""",
            Fare,
        ]),
        ("38_promotions_equal_their_uses", "money that stays reserved for a ride that was priced without it",
        [
            $$"""put('billing.promotions', '{"promotion_id": "{{Three}}", "reserved_minor_units": 5, "budget_minor_units": 9}')""",
            $$"""put('billing.promotion_uses', '{"promotion_id": "{{Three}}", "quote_id": "{{Two}}", "status": "Reserved", "reserved_minor_units": 5}')""",
            $$"""put('billing.rides', '{"quote_id": "{{Two}}", "status": "Charged", "completed_at": "2013-11-18T16:00Z"}')""",
        ]),
        ("38_promotions_equal_their_uses", "money that stays reserved under a quote that was given up",
        [
            $$"""put('billing.promotions', '{"promotion_id": "{{Three}}", "reserved_minor_units": 5, "budget_minor_units": 9}')""",
            $$"""put('billing.promotion_uses', '{"promotion_id": "{{Three}}", "quote_id": "{{Two}}", "status": "Reserved", "reserved_minor_units": 5}')""",
            $$"""put('billing.quote_releases', '{"quote_id": "{{Two}}"}')""",
        ]),
        ("38_promotions_equal_their_uses", "money that is spent though the ledger has it back",
        [
            $$"""put('billing.promotions', '{"promotion_id": "{{Three}}", "spent_minor_units": 5, "budget_minor_units": 9}')""",
            $$"""put('billing.promotion_uses', '{"promotion_id": "{{Three}}", "ride_id": "{{One}}", "status": "Consumed", "spent_minor_units": 5}')""",
            $$"""put('billing.fares', '{"ride_id": "{{One}}", "kind": "Ride", "promotion_minor_units": 5}')""",
        ]),
        ("81_promotion_limits_hold", "a use that nobody counted",
        [
            $$"""put('billing.promotions', '{"promotion_id": "{{Three}}", "reserved_minor_units": 5, "budget_minor_units": 9}')""",
            $$"""put('billing.promotion_uses', '{"promotion_id": "{{Three}}", "status": "Reserved", "reserved_minor_units": 5}')""",
        ]),
        ("81_promotion_limits_hold", "a discount beyond the limit",
        [
            $$"""put('billing.promotions', '{"promotion_id": "{{Three}}", "budget_minor_units": 9}')""",
            $$"""put('billing.promotion_uses', '{"promotion_id": "{{Three}}", "quote_id": "{{Two}}", "status": "BeyondLimit"}')""",
            $$"""put('billing.rides', '{"ride_id": "{{One}}", "quote_id": "{{Two}}", "status": "Charged"}')""",
            $$"""put('billing.fares', '{"fare_id": "{{Two}}", "ride_id": "{{One}}", "kind": "Ride", "total_minor_units": 500, "promotion_minor_units": 5}')""",
            Settlement,
        ]),
        ("89_cash_is_held_or_kept", "cash that was kept beyond what was earned", CashTaken(kept: 90, held: 10)),
        ("89_cash_is_held_or_kept", "cash of which a part is nowhere", CashTaken(kept: 50, held: 10)),
        ("89_cash_is_held_or_kept", "a fee that was taken off the cash",
        [
            .. Accounts("HeldCash"), $$"""put('billing.ledger_transfers', '{"transfer_id": "{{Three}}", "kind": "Adjustment"}')""",
            Entry(Three, "HeldCash", 10),
        ]),
        ("89_cash_is_held_or_kept", "less than none", ["""put('billing.ledger_accounts', '{"kind": "HeldCash", "balance_minor_units": -1}')"""]),
        ("89_cash_is_held_or_kept", "a payout that left cash behind",
        [
            .. Accounts("HeldCash"), $$"""put('billing.ledger_transfers', '{"transfer_id": "{{Three}}", "kind": "PayoutReserved"}')""",
            Entry(Three, "HeldCash", -10),
        ]),
        ("87_cancellation_fees_are_those_of_their_phase", "a fee of another phase", [.. CancelledFor(500, "AtPickup", minutes: 6), Cancelled("AtPickup", "Passenger")]),
        ("87_cancellation_fees_are_those_of_their_phase", "a fee from before phases that its tariff does not have",
            [CancellationTerms, CancellationFee(501, "{}"), Cancelled("OnTheWay", "Passenger")]),
        ("87_cancellation_fees_are_those_of_their_phase", "a fee for another phase than the ride was in",
            [.. CancelledFor(800, "AtPickup", minutes: 6), Cancelled("OnTheWay", "Passenger")]),
        ("87_cancellation_fees_are_those_of_their_phase", "a fee for what the driver did",
            [.. CancelledFor(500, "OnTheWay", minutes: 6), Cancelled("OnTheWay", "Driver")]),
        ("87_cancellation_fees_are_those_of_their_phase", "a fee within the grace period",
            [.. CancelledFor(500, "OnTheWay", minutes: 5), Cancelled("OnTheWay", "Passenger")]),
        ("87_cancellation_fees_are_those_of_their_phase", "another phase than in the ride's history",
        [
            Cancelled("OnTheWay", "Passenger"),
            $$"""put('ride.transitions', '{"ride_id": "{{One}}", "status": "Cancelled", "from_status": "DriverArrived", "reason": "passenger-no-show"}')""",
        ]),
        ("88_driver_fees_are_those_of_their_tariff", "a fee that was not posted", GivenUp("other", 400)),
        ("88_driver_fees_are_those_of_their_tariff", "a fee that its tariff does not have", [.. GivenUp("other", 500), .. DriverFeePosted(500)]),
        ("88_driver_fees_are_those_of_their_tariff", "a fee in spite of an excuse", [.. GivenUp("unsafe", 400), .. DriverFeePosted(400)]),
        ("88_driver_fees_are_those_of_their_tariff", "a fee for another ride than was accepted", [.. GivenUp("other", 400, matched: Three), .. DriverFeePosted(400)]),
        ("88_driver_fees_are_those_of_their_tariff", "a fee that was not taken", GivenUp("other", 0)),
        ("88_driver_fees_are_those_of_their_tariff", "a fee of another amount in the ledger", [.. GivenUp("other", 400), .. DriverFeePosted(399)]),
        ("88_driver_fees_are_those_of_their_tariff", "a fee for no ride", DriverFeePosted(400)),
        ("82_promotions_equal_their_holds", "money held for nobody",
            ["""put('billing.promotions', '{"reserved_minor_units": 5, "held_minor_units": 5, "most_minor_units": 5, "budget_minor_units": 9}')"""]),
        ("82_promotions_equal_their_holds", "a hold that holds nothing",
        [
            $$"""put('billing.promotions', '{"promotion_id": "{{Three}}", "most_minor_units": 5, "budget_minor_units": 9}')""",
            $$"""put('billing.promotion_holds', '{"promotion_id": "{{Three}}", "expires_at": "2093-11-18T16:00Z"}')""",
        ]),
        ("82_promotions_equal_their_holds", "a hold for quotes that have expired",
        [
            $$"""
            put('billing.promotions',
                '{"promotion_id": "{{Three}}", "reserved_minor_units": 5, "held_minor_units": 5, "most_minor_units": 5, "budget_minor_units": 9}')
            """,
            $$"""put('billing.promotion_holds', '{"promotion_id": "{{Three}}", "expires_at": "2013-11-18T16:00Z"}')""",
        ]),
        ("36_adjustments_are_in_the_ledger", "an adjustment that is not posted",
            [$$"""put('billing.adjustments', '{"ride_id": "{{One}}", "status": "Effective", "amount_minor_units": 100}')"""]),
        ("36_adjustments_are_in_the_ledger", "a fare lowered by nobody",
            [$$"""put('billing.fare_settlements', '{"ride_id": "{{One}}", "total_minor_units": 500, "adjusted_minor_units": 100}')"""]),
        ("37_payouts_are_in_the_ledger", "a payout that left nobody's balance", ["""put('billing.payouts', '{"status": "Sent", "amount_minor_units": 100}')"""]),
        ("37_payouts_are_in_the_ledger", "a payout that came back and never left our bank",
            ["""put('billing.payouts', '{"status": "Returned", "amount_minor_units": 100}')"""]),
        ("37_payouts_are_in_the_ledger", "a payout that came back to our bank and not to the balance",
        [
            $$"""put('billing.payouts', '{"payout_id": "{{One}}", "driver_id": "{{Two}}", "status": "Sent", "amount_minor_units": 100}')""",
            .. PayoutSent,
            $$"""put('billing.ledger_transfers', '{"transfer_id": "{{Two}}", "payout_id": "{{One}}"}')""",
            Entry(Two, "Bank", 100),
        ]),
        ("37_payouts_are_in_the_ledger", "a payout that was returned and is not back",
        [
            $$"""put('billing.payouts', '{"payout_id": "{{One}}", "driver_id": "{{Two}}", "status": "Returned", "amount_minor_units": 100}')""",
            .. PayoutSent,
        ]),
        ("39_closed_months_are_as_they_were", "a transfer without its key", ["put('billing.ledger_transfers', '{}')"]),
        ("39_closed_months_are_as_they_were", "a key without its transfer", ["put('billing.ledger_keys', '{}')"]),
        ("39_closed_months_are_as_they_were", "an entry dated apart from its transfer",
        [
            $$"""put('billing.ledger_transfers', '{"transfer_id": "{{One}}"}')""",
            $$"""put('billing.ledger_keys', '{"transfer_id": "{{One}}"}')""",
            $$"""put('billing.ledger_entries', '{"transfer_id": "{{One}}", "occurred_at": "2013-12-18T16:00Z"}')""",
        ]),
        ("39_closed_months_are_as_they_were", "a balance that nothing moved", ["""put('billing.month_balances', '{"month": "2013-11-01", "moved_minor_units": 5, "closing_minor_units": 5}')"""]),
        ("39_closed_months_are_as_they_were", "a month that was added to",
        [
            $$"""put('billing.ledger_transfers', '{"transfer_id": "{{One}}"}')""",
            $$"""put('billing.ledger_keys', '{"transfer_id": "{{One}}"}')""",
            $$"""put('billing.ledger_entries', '{"transfer_id": "{{One}}", "amount_minor_units": 5}')""",
            """put('billing.kept_months', '{"month": "2013-11-01"}')""",
        ]),
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
        ("54_settlements_are_known_to_billing", "billing has not heard of it", [Settlement, Order]),
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
            [$$"""put('billing.fare_settlements', '{"fare_id": "{{Two}}", "total_minor_units": 500, "adjusted_minor_units": 100}')""", Order]),
        ("57_lowered_fares_are_not_kept", "the money is kept",
        [
            $$"""put('payment.orders', '{"id": "{{Three}}", "ride_id": "{{One}}", "amount_minor_units": 500, "adjusted_minor_units": 100, "kind": "Card", "status": "Settled"}')""",
            $$"""put('payment.adjustments', '{"ride_id": "{{One}}", "amount_minor_units": 100}')""",
            $$"""put('payment.attempts', '{"order_id": "{{Three}}", "amount_minor_units": 500, "status": "Succeeded", "kind": "Card"}')""",
        ]),
        ("51_nobody_is_charged_twice", "an order that has lost count",
            ["put('payment.orders', '{\"amount_minor_units\": 500, \"collected_minor_units\": 100}')"]),
        ("52_settled_orders_have_one_success", "an order that is paid and stays open",
            ["put('payment.orders', '{\"status\": \"Owed\", \"amount_minor_units\": 500, \"collected_minor_units\": 500}')"]),
        ("66_authorisations_are_in_the_providers_books", "a hold that the provider does not know", ["put('payment.authorisations', '{\"status\": \"Authorised\"}')"]),
        ("66_authorisations_are_in_the_providers_books", "a hold that was let go of and is still there",
        [
            $$"""put('payment.authorisations', '{"id": "{{One}}", "status": "Released", "amount_minor_units": 100}')""",
            $$"""put('sandbox.authorisations', '{"idempotency_key": "{{One}}", "status": "Authorised", "amount_minor_units": 100, "expires_at": "2999-01-01T00:00Z"}')""",
        ]),
        ("66_authorisations_are_in_the_providers_books", "a capture that nobody knows of",
        [
            $$"""put('payment.authorisations', '{"id": "{{One}}", "status": "Expired", "amount_minor_units": 100}')""",
            $$"""put('sandbox.authorisations', '{"idempotency_key": "{{One}}", "status": "Captured", "amount_minor_units": 100, "captured_minor_units": 100}')""",
        ]),
        ("71_codes_are_paid_once", "a payment of a code that is nobody's",
            [$$"""put('sandbox.charges', '{"code_key": "{{One}}", "status": "Succeeded", "amount_minor_units": 100}')"""]),
        ("71_codes_are_paid_once", "a surplus that is also the fare",
        [
            $$"""put('sandbox.charges', '{"id": "{{Two}}", "code_key": "{{One}}", "status": "Succeeded", "amount_minor_units": 100}')""",
            $$"""put('payment.attempts', '{"id": "{{One}}", "kind": "Qr", "status": "Succeeded", "provider_charge_id": "{{Two}}", "amount_minor_units": 100}')""",
            $$"""put('payment.surplus_payments', '{"provider": "sandbox", "provider_charge_id": "{{Two}}", "status": "Failed"}')""",
        ]),
        ("71_codes_are_paid_once", "a surplus that the provider has not given back",
            ["put('payment.surplus_payments', '{\"provider\": \"sandbox\", \"status\": \"Succeeded\", \"amount_minor_units\": 100}')"]),
        ("71_codes_are_paid_once", "a surplus that the ledger does not know",
            ["put('payment.surplus_payments', '{\"provider\": \"sandbox\", \"status\": \"Sent\", \"amount_minor_units\": 100}')"]),
        ("73_fares_are_in_their_months", "a fare that can be had twice", [Fare]),
        ("73_fares_are_in_their_months", "a settlement of no fare", [Settlement]),
        ("73_fares_are_in_their_months", "a settlement of another fare", [Fare, $$"""put('billing.fare_settlements', '{"fare_id": "{{Three}}", "ride_id": "{{One}}", "total_minor_units": 500}')"""]),
        ("73_fares_are_in_their_months", "a settlement over another sum", [Fare, $$"""put('billing.fare_settlements', '{"fare_id": "{{Two}}", "ride_id": "{{One}}", "total_minor_units": 400}')"""]),
        ("73_fares_are_in_their_months", "a fare in another month than its transfer",
        [
            Fare, Settlement, $$"""put('billing.ledger_keys', '{"business_key": "fare:{{Two}}", "occurred_at": "2013-12-01T00:00Z"}')""",
        ]),
        ("74_nobody_drives_under_a_released_quote", "a search under a quote that was given up",
        [
            $$"""put('match.ride_requests', '{"quote_id": "{{One}}", "status": "Searching"}')""",
            $$"""put('billing.quote_releases', '{"quote_id": "{{One}}"}')""",
        ]),
        ("74_nobody_drives_under_a_released_quote", "a ride under the quote before the last",
        [
            $$"""put('ride.rides', '{"quote_id": "{{One}}", "status": "DriverArrived"}')""",
            $$"""put('billing.quote_releases', '{"quote_id": "{{One}}"}')""",
        ]),
        ("75_wallets_hold_what_was_paid_in", "a wallet below zero", ["put('billing.ledger_accounts', '{\"kind\": \"PassengerWallet\", \"balance_minor_units\": 1}')"]),
        ("75_wallets_hold_what_was_paid_in", "a wallet further below zero than a bank took back",
        [
            $$"""put('billing.ledger_accounts', '{"kind": "PassengerWallet", "party_id": "{{One}}", "balance_minor_units": 101}')""",
            $$"""put('billing.top_up_chargebacks', '{"passenger_id": "{{One}}", "amount_minor_units": 100}')""",
        ]),
        ("75_wallets_hold_what_was_paid_in", "a wallet below zero of which nothing is taken back any more",
        [
            $$"""put('billing.ledger_accounts', '{"kind": "PassengerWallet", "party_id": "{{One}}", "balance_minor_units": 100}')""",
            $$"""put('billing.top_up_chargebacks', '{"passenger_id": "{{One}}", "amount_minor_units": 100, "won_at": "2013-11-18T16:00Z"}')""",
        ]),
        ("68_chargebacks_are_in_the_ledger", "a disputed top-up that is still in the wallet",
        [
            $$"""put('payment.top_ups', '{"id": "{{Two}}", "passenger_id": "{{Three}}", "amount_minor_units": 100, "status": "Succeeded"}')""",
            $$"""put('payment.disputes', '{"id": "{{One}}", "top_up_id": "{{Two}}", "amount_minor_units": 100, "status": "Lost"}')""",
            $$"""put('billing.ledger_keys', '{"business_key": "chargeback:{{One}}", "transfer_id": "{{One}}"}')""",
            """put('billing.ledger_accounts', '{"kind": "ProviderClearing"}')""",
            """put('billing.ledger_accounts', '{"kind": "ChargebackLosses"}')""",
            Entry(One, "ProviderClearing", -100), Entry(One, "ChargebackLosses", 100),
        ]),
        ("79_overdrawn_wallets_are_owed", "a chargeback of which billing has not heard",
        [
            $$"""put('payment.top_ups', '{"id": "{{Two}}", "amount_minor_units": 100, "status": "Succeeded"}')""",
            $$"""put('payment.disputes', '{"id": "{{One}}", "top_up_id": "{{Two}}", "amount_minor_units": 100, "status": "Received"}')""",
        ]),
        ("79_overdrawn_wallets_are_owed", "a chargeback that was won, and of which billing has heard only that it came",
        [
            $$"""put('payment.top_ups', '{"id": "{{Two}}", "passenger_id": "{{Three}}", "amount_minor_units": 100, "status": "Succeeded"}')""",
            $$"""put('payment.disputes', '{"id": "{{One}}", "top_up_id": "{{Two}}", "amount_minor_units": 100, "status": "Won"}')""",
            $$"""put('billing.top_up_chargebacks', '{"dispute_id": "{{One}}", "top_up_id": "{{Two}}", "passenger_id": "{{Three}}", "amount_minor_units": 100}')""",
        ]),
        ("79_overdrawn_wallets_are_owed", "a wallet below zero that nobody was told of",
            ["""put('billing.ledger_accounts', '{"kind": "PassengerWallet", "balance_minor_units": 100}')"""]),
        ("79_overdrawn_wallets_are_owed", "a debt of a wallet that owes nothing",
        [
            $$"""put('billing.ledger_accounts', '{"kind": "PassengerWallet", "party_id": "{{One}}", "balance_minor_units": -5}')""",
            $$"""put('billing.wallet_debts', '{"passenger_id": "{{One}}", "owed_minor_units": 100}')""",
        ]),
        ("79_overdrawn_wallets_are_owed", "something forgiven that is not booked",
        [
            $$"""put('payment.top_ups', '{"id": "{{Two}}", "passenger_id": "{{Three}}", "amount_minor_units": 100, "status": "Succeeded"}')""",
            $$"""put('payment.disputes', '{"id": "{{One}}", "top_up_id": "{{Two}}", "amount_minor_units": 100, "status": "Lost"}')""",
            $$"""
            put('billing.top_up_chargebacks', '{"dispute_id": "{{One}}", "top_up_id": "{{Two}}", "passenger_id": "{{Three}}", "amount_minor_units": 100,
                "lost_at": "2013-11-18T16:00Z", "forgiven_minor_units": 50}')
            """,
        ]),
        ("80_overdrawn_wallets_give_no_rides", "a debt that match has not heard of", ["""put('billing.wallet_debts', '{"owed_minor_units": 100}')"""]),
        ("80_overdrawn_wallets_give_no_rides", "a debt that match holds for settled",
        [
            $$"""put('billing.wallet_debts', '{"passenger_id": "{{One}}", "owed_minor_units": 100, "version": 1}')""",
            $$"""put('match.wallet_debts', '{"passenger_id": "{{One}}", "amount_minor_units": 100, "settled": true, "version": 1}')""",
        ]),
        ("75_wallets_hold_what_was_paid_in", "a fare that billing did not take",
            ["put('payment.attempts', '{\"kind\": \"Wallet\", \"status\": \"Succeeded\", \"amount_minor_units\": 100}')"]),
        ("75_wallets_hold_what_was_paid_in", "a charge of a wallet that nobody asked for", ["put('billing.wallet_charges', '{}')"]),
        ("75_wallets_hold_what_was_paid_in", "a top-up that nobody charged", ["put('payment.top_ups', '{\"status\": \"Succeeded\", \"amount_minor_units\": 100}')"]),
        ("77_tips_are_the_drivers", "a tip that nobody charged", ["put('payment.tips', '{\"status\": \"Succeeded\", \"amount_minor_units\": 100}')"]),
        ("78_orders_have_their_whole_history", "an order without a history", [Order]),
        ("78_orders_have_their_whole_history", "an order whose history ends otherwise",
            [Order, $$"""put('payment.order_states', '{"order_id": "{{Three}}", "ordinal": 1, "status": "Pending"}')"""]),
        ("78_orders_have_their_whole_history", "a state that nobody wrote down",
            [Order, $$"""put('payment.order_states', '{"order_id": "{{Three}}", "ordinal": 2, "status": "Settled"}')"""]),
        ("77_tips_are_the_drivers", "a tip that nobody gave", ["put('billing.ledger_transfers', '{\"kind\": \"Tip\"}')"]),
        ("67_no_money_stays_held", "a hold of a ride that cost nothing",
            [$$"""put('payment.authorisations', '{"ride_id": "{{One}}", "status": "Authorised"}')""", $$"""put('payment.waived_rides', '{"ride_id": "{{One}}"}')"""]),
        ("67_no_money_stays_held", "a hold that nobody captures", ["put('payment.authorisations', '{\"status\": \"Capturing\"}')"]),
        ("67_no_money_stays_held", "a hold that nobody lets go of", ["put('payment.authorisations', '{\"status\": \"Releasing\"}')"]),
        ("59_referrals_are_within_budget", "money reserved for nobody", ["""put('billing.referral_programmes', '{"reserved_minor_units": 5, "budget_minor_units": 9}')"""]),
        ("59_referrals_are_within_budget", "a newcomer without a credit",
        [
            $$"""put('billing.referral_programmes', '{"programme_id": "{{Three}}", "newcomer_minor_units": 5, "spent_minor_units": 5, "budget_minor_units": 9}')""",
            $$"""put('billing.referrals', '{"programme_id": "{{Three}}", "status": "Lapsed"}')""",
        ]),
        ("59_referrals_are_within_budget", "a referrer who brought more than there are",
        [
            $$"""put('billing.referral_programmes', '{"programme_id": "{{Three}}", "most_per_referrer": 5}')""",
            $$"""put('billing.referral_counts', '{"programme_id": "{{Three}}", "referrals": 1}')""",
        ]),
        ("62_credits_are_used_once", "a credit that the ledger does not know", ["""put('billing.passenger_credits', '{"amount_minor_units": 5, "left_minor_units": 5}')"""]),
        ("62_credits_are_used_once", "a ledger that nobody's credit explains", ["""put('billing.ledger_accounts', '{"kind": "PassengerCredit", "balance_minor_units": -5}')"""]),
        ("62_credits_are_used_once", "a credit that vanished", ["""put('billing.passenger_credits', '{"amount_minor_units": 5}')"""]),
        ("62_credits_are_used_once", "a fare that a credit paid and nobody set off",
            [$$"""put('billing.fares', '{"ride_id": "{{One}}", "total_minor_units": 500, "credited_minor_units": 100}')"""]),
        ("62_credits_are_used_once", "a fare that used a credit without the ledger",
        [
            $$"""put('billing.fares', '{"ride_id": "{{One}}", "total_minor_units": 500, "credited_minor_units": 100}')""",
            $$"""put('billing.credit_uses', '{"ride_id": "{{One}}", "credit_id": "{{Two}}", "amount_minor_units": 100}')""",
        ]),
        ("63_taxes_are_those_of_the_fares", "a tax that is not posted",
            [$$"""put('billing.fares', '{"ride_id": "{{One}}", "total_minor_units": 500, "tax_minor_units": 50}')"""]),
        ("63_taxes_are_those_of_the_fares", "a tax of no fare",
        [
            $$"""put('billing.ledger_transfers', '{"transfer_id": "{{One}}"}')""",
            """put('billing.ledger_accounts', '{"kind": "Tax"}')""",
            $$"""
            put('billing.ledger_entries', json_build_object(
                'transfer_id', '{{One}}', 'account_id', (select max(account_id) from billing.ledger_accounts), 'amount_minor_units', -5)::jsonb)
            """,
        ]),
        ("58_nobody_is_paid_out_twice", "a payout that payment does not know", ["put('billing.payouts', '{}')"]),
        ("58_nobody_is_paid_out_twice", "a payout that nobody reserved", ["put('payment.payouts', '{}')"]),
        ("58_nobody_is_paid_out_twice", "a failed payout that was paid",
        [
            $$"""put('billing.payouts', '{"payout_id": "{{One}}", "driver_id": "{{Two}}", "status": "Failed", "amount_minor_units": 100}')""",
            $$"""put('payment.payouts', '{"id": "{{One}}", "driver_id": "{{Two}}", "status": "Failed", "amount_minor_units": 100}')""",
            $$"""put('sandbox.transfers', '{"idempotency_key": "{{One}}", "status": "Succeeded", "amount_minor_units": 100}')""",
        ]),
        ("58_nobody_is_paid_out_twice", "a returned payout that the bank has kept", PayoutIn("Returned", "Returned", "Succeeded")),
        ("58_nobody_is_paid_out_twice", "a payout that came back and of which nobody knows", PayoutIn("Sent", "Succeeded", "Returned")),
        ("58_nobody_is_paid_out_twice", "a return of which billing does not know", PayoutIn("Sent", "Returned", "Returned")),
        ("58_nobody_is_paid_out_twice", "a return of which payment does not know", PayoutIn("Returned", "Succeeded", "Succeeded")),
        ("60_quoted_surge_was_in_force", "a surge that no rule allowed", [SurgedQuote]),
        ("60_quoted_surge_was_in_force", "a surge under a rule that said off", [SurgedQuote, SurgeRule(isOn: false, most: 20_000), SurgeChange]),
        ("60_quoted_surge_was_in_force", "a surge beyond its rule", [SurgedQuote, SurgeRule(isOn: true, most: 12_000), SurgeChange]),
        ("60_quoted_surge_was_in_force", "a surge that its round had not worked out", [SurgedQuote, SurgeRule(isOn: true, most: 20_000)]),
        ("61_fares_keep_the_quoted_surge", "a fare surged unlike its quote",
        [
            SurgedQuote,
            SurgeRule(isOn: true, most: 20_000),
            SurgeChange,
            $$"""put('billing.rides', '{"ride_id": "{{One}}", "quote_id": "{{One}}"}')""",
            $$$$"""put('billing.fares', '{"ride_id": "{{{{One}}}}", "inputs": {"surge": {"multiplierBasisPoints": 14000}}}')""",
        ]),
        ("84_subscriptions_are_in_the_ledger", "a period that was not paid for", Subscribed()),
        ("84_subscriptions_are_in_the_ledger", "a price that nobody's period is",
        [
            $$"""put('billing.ledger_transfers', '{"transfer_id": "{{Three}}", "kind": "Subscription", "subscription_id": "{{One}}"}')""",
            """put('billing.ledger_accounts', '{"kind": "SubscriptionFees"}')""",
            Entry(Three, "SubscriptionFees", -700),
        ]),
        ("84_subscriptions_are_in_the_ledger", "a fee that is called otherwise",
        [
            $$"""put('billing.ledger_transfers', '{"transfer_id": "{{Three}}", "kind": "Fare", "subscription_id": "{{One}}"}')""",
            """put('billing.ledger_accounts', '{"kind": "SubscriptionFees"}')""",
            Entry(Three, "SubscriptionFees", -700),
        ]),
        ("85_fares_without_commission_are_subscribed", "a commission beside a subscription",
            [.. Subscribed(), SubscribedRide("2013-11-18T16:00Z"), SubscribedFare(commission: 80, One)]),
        ("85_fares_without_commission_are_subscribed", "a subscription that began when the ride was matched already",
            [.. Subscribed(), SubscribedRide("2013-11-18T15:59Z"), SubscribedFare(commission: 0, One)]),
        ("85_fares_without_commission_are_subscribed", "a subscription that had ended",
            [.. Subscribed(), SubscribedRide("2013-11-25T16:00Z"), SubscribedFare(commission: 0, One)]),
        ("85_fares_without_commission_are_subscribed", "somebody else's subscription",
            [.. Subscribed(), SubscribedRide("2013-11-18T16:00Z"), SubscribedFare(commission: 0, Three)]),
        ("85_fares_without_commission_are_subscribed", "a commission of who had paid to have none",
            [.. Subscribed(), SubscribedRide("2013-11-18T16:00Z"), SubscribedFare(commission: 80, null)]),
        ("86_subscriptions_are_their_periods", "a subscription that goes on beyond what was paid", Subscribed(endsAt: "2013-12-02T16:00Z")),
        ("86_subscriptions_are_their_periods", "a period of another class than its plan's", Subscribed(covered: "Van")),
        ("68_chargebacks_are_in_the_ledger", "a dispute that the ledger does not know",
            ["""put('payment.disputes', '{"status": "Received", "amount_minor_units": 100}')"""]),
        ("33_settled_fares_are_paid_in_the_ledger", "something set off against a fare that nobody lowered",
        [
            $$"""put('billing.fare_settlements', '{"ride_id": "{{One}}", "settlement": "Settled", "settled_by": "Card", "settled_at": "2013-11-18T16:00Z"}')""",
            $$"""put('billing.set_offs', '{"ride_id": "{{One}}", "amount_minor_units": 100}')""",
        ]),
        ("76_set_offs_are_in_the_ledger", "something overpaid and lost that is not set off",
        [
            $$"""put('payment.orders', '{"id": "{{Three}}", "amount_minor_units": 500, "adjusted_minor_units": 100, "kind": "Card", "status": "Settled"}')""",
            $$"""put('payment.attempts', '{"order_id": "{{Three}}", "amount_minor_units": 500, "status": "Succeeded", "kind": "Card"}')""",
            $$"""put('payment.disputes', '{"order_id": "{{Three}}", "amount_minor_units": 500, "status": "Lost"}')""",
        ]),
        ("76_set_offs_are_in_the_ledger", "something set off that nobody lost",
            ["""put('payment.orders', '{"kind": "Card", "status": "Settled", "set_off_minor_units": 100}')"""]),
        ("76_set_offs_are_in_the_ledger", "something set off that payment does not know of",
            [$$"""put('payment.orders', '{"ride_id": "{{One}}"}')""", $$"""put('billing.set_offs', '{"ride_id": "{{One}}", "amount_minor_units": 100}')"""]),
        ("76_set_offs_are_in_the_ledger", "something set off that the ledger does not have",
        [
            $$"""
            put('payment.orders', '{"id": "{{Three}}", "ride_id": "{{One}}", "amount_minor_units": 500, "adjusted_minor_units": 100, "set_off_minor_units": 100,
                "kind": "Card", "status": "Settled"}')
            """,
            $$"""put('payment.attempts', '{"order_id": "{{Three}}", "amount_minor_units": 500, "status": "Succeeded", "kind": "Card"}')""",
            $$"""put('payment.disputes', '{"order_id": "{{Three}}", "amount_minor_units": 500, "status": "Lost"}')""",
            $$"""put('billing.set_offs', '{"ride_id": "{{One}}", "amount_minor_units": 100}')""",
        ]),
        ("69_chargebacks_are_the_providers", "a dispute that the provider does not know", ["""put('payment.disputes', '{"provider": "sandbox"}')"""]),
        ("69_chargebacks_are_the_providers", "a charge that has lost count of its disputes", ["""put('payment.attempts', '{"charged_back_minor_units": 1}')"""]),
        ("70_settlement_files_would_agree", "a charge that only the provider has", ["""put('sandbox.movements', '{"type": "charge", "amount_minor_units": 1}')"""]),
        ("70_settlement_files_would_agree", "a refund that only we have",
            ["""put('payment.movements', '{"provider": "sandbox", "type": "refund", "amount_minor_units": -1}')"""]),
        ("70_settlement_files_would_agree", "a difference that nobody has explained", ["""put('payment.differences', '{"day": "2013-11-18"}')"""]),
        ("70_settlement_files_would_agree", "a bank account that the ledger does not know of", ["""put('payment.settlements', '{"day": "2013-11-18", "net_minor_units": 5}')"""]),
        ("72_chargebacks_moved_what_they_say", "a dispute that moved nothing", ["""put('payment.disputes', '{"provider": "stripe", "amount_minor_units": 100}')"""]),
        ("72_chargebacks_moved_what_they_say", "money that came back of a dispute that was not won",
            ["""put('payment.movements', '{"provider": "stripe", "type": "chargeback-reversal", "amount_minor_units": 100}')"""]),
        ("72_chargebacks_moved_what_they_say", "a fee that came back though it was kept",
        [
            """put('payment.disputes', '{"provider": "stripe", "provider_dispute_id": "du_1", "status": "Won", "amount_minor_units": 100, "fee_minor_units": 15}')""",
            """put('payment.movements', '{"provider": "stripe", "key": "du_1", "type": "chargeback", "amount_minor_units": -100, "fee_minor_units": 15}')""",
            """put('payment.movements', '{"provider": "stripe", "key": "du_1", "type": "chargeback-reversal", "amount_minor_units": 100, "fee_minor_units": -15}')""",
        ]),
        ("69_chargebacks_are_the_providers", "a dispute that ended otherwise",
        [
            $$"""put('payment.disputes', '{"provider": "sandbox", "provider_dispute_id": "{{One}}", "status": "Won"}')""",
            $$"""put('sandbox.disputes', '{"id": "{{One}}", "status": "Lost"}')""",
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
