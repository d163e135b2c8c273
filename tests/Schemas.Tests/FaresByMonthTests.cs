using Dapper;
using Npgsql;
using Xunit;

namespace Tumpang.Schemas.Tests;

/// <summary>The steps that put fares into months, and apart from how they are paid, take every fare along, under the instant of its transfer, and their way back brings it back.</summary>
[Collection("One at a time on the shared database")]
public sealed class FaresByMonthTests(SchemaServers servers)
{
    /// <summary>Every third was booked a month late, every fifth cost nothing and has no transfer; one was lowered.</summary>
    const string Seed = """
        insert into billing.fares (
            fare_id, ride_id, kind, basis, passenger_id, driver_id, policy_id, policy_version, currency, distance_metres, duration_seconds, full_minor_units,
            fare_factor_basis_points, total_minor_units, commission_minor_units, driver_earning_minor_units, tax_minor_units, breakdown, inputs,
            payment_method_id, payment_method_kind, settlement, owed_since, finalised_at)
        select gen_random_uuid(), gen_random_uuid(), 'Ride', 'Track', gen_random_uuid(), gen_random_uuid(), policy_id, version, 'USD', number, number, 100, 10000,
               100, 10, 90, 0, '[]', '{}', gen_random_uuid(), 'Card', case when number % 2 = 0 then 'Owed' else 'Pending' end,
               timestamptz '2013-12-01T00:00Z', timestamptz '2013-09-20T00:00Z' + number * interval '36 hours'
        from   generate_series(1, 60) number
        cross  join (select policy_id, version from billing.fare_policies limit 1) policy;

        insert into billing.ledger_keys (business_key, transfer_id, occurred_at)
        select 'fare:' || fare_id, gen_random_uuid(), case when distance_metres % 3 = 0 then timestamptz '2014-01-01T00:00Z' else finalised_at end
        from   billing.fares
        where  distance_metres % 5 <> 0;

        insert into billing.adjustments (
            adjustment_id, ride_id, amount_minor_units, currency, born_by, driver_minor_units, commission_minor_units, tax_minor_units,
            concession_minor_units, reason, status, proposed_by, proposed_at, needs_second_operator)
        select gen_random_uuid(), ride_id, 5, 'USD', 'Platform', 0, 0, 0, 0, 'late', 'Proposed', gen_random_uuid(), now(), true
        from   billing.fares
        limit  1;
        """;

    const string Everything = "select to_jsonb(fare)::text from billing.fares fare order by fare_id";

    // A later step says of each fare whether a subscription was behind it; of these none was.
    const string EverythingByMonth = """
        select   ((to_jsonb(fare) || to_jsonb(paid)) - 'booked_at' - array(select 'subscription_id' where fare.subscription_id is null))::text
        from     billing.fares fare
        join     billing.fare_settlements paid using (ride_id)
        order by fare.fare_id
        """;

    const string Months = """
        select   fare.tableoid::regclass::text || ' ' || count(*)
        from     billing.fares fare
        join     billing.fare_settlements paid on (paid.ride_id, paid.fare_id, paid.booked_at) = (fare.ride_id, fare.fare_id, fare.booked_at)
        where    fare.distance_metres = fare.duration_seconds and fare.distance_metres <= 60
        group by fare.tableoid
        order by 1
        """;

    const string AdjustAStranger = "update billing.adjustments set ride_id = gen_random_uuid()";

    static readonly BillingSteps Steps = new("fares_by_month");

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Fares_are_taken_along_and_back()
    {
        await using var connection = await servers.Owner.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await Steps.Back(connection);
        await connection.ExecuteAsync(Seed);
        var before = await connection.QueryAsync<string>(Everything);

        await Steps.Forth(connection);
        var (between, months) = (await connection.QueryAsync<string>(EverythingByMonth), await connection.QueryAsync<string>(Months));
        var strangerAfter = await Refused(connection, transaction, AdjustAStranger);
        await Steps.Back(connection);
        var (after, strangerBefore) = (await connection.QueryAsync<string>(Everything), await Refused(connection, transaction, AdjustAStranger));

        Assert.Equal(before, between);
        Assert.Equal(before, after);
        Assert.Equal(Expected(), months);
        Assert.Equal(("adjustments_ride_id_fkey", "adjustments_ride_id_fkey"), (strangerAfter.ConstraintName, strangerBefore.ConstraintName));
    }

    /// <summary>What the seed should become, worked out without the database.</summary>
    static IEnumerable<string> Expected() => Enumerable.Range(1, 60)
        .Select(number => number % 3 == 0 && number % 5 != 0 ? new DateTime(2014, 1, 1) : new DateTime(2013, 9, 20).AddHours(36 * number))
        .GroupBy(booked => $"billing.fares_{booked:yyyy_MM}")
        .Select(month => $"{month.Key} {month.Count()}")
        .Order(StringComparer.Ordinal);

    /// <summary>Tried, and taken back.</summary>
    static async Task<PostgresException> Refused(NpgsqlConnection connection, NpgsqlTransaction transaction, string sql)
    {
        await transaction.SaveAsync("tried", Ct);
        var refused = await Assert.ThrowsAsync<PostgresException>(() => connection.ExecuteAsync($"{sql}; set constraints all immediate"));
        await transaction.RollbackAsync("tried", Ct);
        return refused;
    }
}
