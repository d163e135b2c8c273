using System.Globalization;
using System.Text;
using Tumpang.Billing.Taxes;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Taxes;

/// <summary>
/// What is owed to the state for a month of a city, by day and rate, read off the ledger: whatever moved the tax account is in it, and nothing else. The
/// month is the city's own, from midnight to midnight by its wall clock.
/// </summary>
internal static class GetTaxReport
{
    // Tips are the driver's alone: they come with the fare, go with what an adjustment took off them, and the rest of them with a void one.
    const string Moved = """
        with moved as (
            select   transfer.transfer_id, transfer.occurred_at, transfer.kind, fare.policy_id, fare.policy_version,
                     coalesce(-sum(entry.amount_minor_units) filter (where account.kind = 'Tax'), 0) as tax_minor_units,
                     coalesce(-sum(entry.amount_minor_units) filter (where account.kind <> 'Tax'), 0)
                     - case transfer.kind when 'Fare' then tip.minor_units when 'Void' then lowered.minor_units - tip.minor_units else -lowered.minor_units end
                     as taxable_minor_units
            from     billing.ledger_transfers transfer
            join     billing.fare_settlements paid on paid.ride_id = transfer.ride_id
            join     billing.fares fare on (fare.ride_id, fare.booked_at) = (paid.ride_id, paid.booked_at)
            join     billing.ledger_entries entry on (entry.transfer_id, entry.occurred_at) = (transfer.transfer_id, transfer.occurred_at)
            join     billing.ledger_accounts account on account.account_id = entry.account_id
            cross    join lateral (
                select coalesce(sum((line ->> 'amountMinorUnits')::bigint), 0) as minor_units
                from   jsonb_array_elements(fare.breakdown) as line
                where  line ->> 'code' = 'tip') as tip
            cross    join lateral (
                select coalesce(sum(tip_minor_units), 0) as minor_units
                from   billing.adjustments
                where  ride_id = transfer.ride_id and status = 'Effective'
                  and  (transfer.kind = 'Void' or transfer.business_key = 'adjustment:' || adjustment_id)) as lowered
            where    transfer.occurred_at >= @From and transfer.occurred_at < @Until
              and    (account.kind = 'Tax' or (account.kind in ('DriverPayable', 'Commission') and transfer.kind in ('Fare', 'Adjustment', 'Void')))
            group by transfer.transfer_id, transfer.occurred_at, transfer.kind, fare.policy_id, fare.policy_version, tip.minor_units, lowered.minor_units
        )
        select   (moved.occurred_at at time zone @TimeZone)::date::timestamp as day, policy.tax_code, policy.tax_minor_units as fixed_tax_minor_units,
                 policy.sales_tax_basis_points, policy.sales_tax_inclusive, moved.kind = 'Fare' as of_fares, count(*) as transfers,
                 sum(moved.taxable_minor_units)::bigint as taxable_minor_units, sum(moved.tax_minor_units)::bigint as tax_minor_units
        from     moved
        join     billing.fare_policies policy on (policy.policy_id, policy.version) = (moved.policy_id, moved.policy_version)
        where    policy.city_id = @CityId and (moved.tax_minor_units, moved.taxable_minor_units) <> (0, 0)
        group by 1, 2, 3, 4, 5, 6
        order by 1, 2, 3, 4, 5, 6 desc
        """;

    /// <summary>Beyond them a day has no beginning in every zone.</summary>
    const int FirstYear = 2000, LastYear = 9_000;

    public static async Task<IResult> Handle(string city, string month, HttpRequest request, Database database, Cities cities, CancellationToken ct) =>
        AcceptedForm.Of(request, AcceptedForm.Json, AcceptedForm.Csv) is { } form
            ? await Answer(form, city, month, database, cities, ct)
            : BillingProblems.NotAcceptable("JSON or CSV").ToHttp();

    public static Task<IResult> HandleCsv(string city, string month, Database database, Cities cities, CancellationToken ct) =>
        Answer(AcceptedForm.Csv, city, month, database, cities, ct);

    static async Task<IResult> Answer(string form, string cityId, string month, Database database, Cities cities, CancellationToken ct)
    {
        if (cities.Find(cityId) is not { } city) return Problem.Invalid("city", "There is no such city.").ToHttp();
        if (!DateOnly.TryParseExact(month, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var first)
            || first.Year is < FirstYear or > LastYear)
        {
            return BillingProblems.MonthInvalid.ToHttp();
        }

        var row = new { CityId = city.Id, TimeZone = city.TimeZone.Id, From = city.StartOf(first), Until = city.StartOf(first.AddMonths(1)) };
        var report = ReportOf(city, month, await database.List<Row>(Moved, row, ct));
        return form is AcceptedForm.Csv ? TypedResults.Text(report.ToCsv(), AcceptedForm.Csv, Encoding.UTF8) : TypedResults.Ok(report);
    }

    static TaxReport ReportOf(City city, string month, IReadOnlyList<Row> rows) => new(
        city.Id, month, [.. rows.Select(row => row.Line(city.Currency))], new(rows.Sum(row => row.TaxableMinorUnits), city.Currency),
        new(rows.Sum(row => row.TaxMinorUnits), city.Currency));

    sealed record Row(
        DateTime Day, string? TaxCode, long FixedTaxMinorUnits, int SalesTaxBasisPoints, bool SalesTaxInclusive, bool OfFares, long Transfers,
        long TaxableMinorUnits, long TaxMinorUnits)
    {
        public TaxLine Line(string currency) => new(
            DateOnly.FromDateTime(Day), new(TaxCode, new(FixedTaxMinorUnits, currency), SalesTaxBasisPoints, SalesTaxInclusive),
            OfFares ? TaxedBy.Fares : TaxedBy.Reversals, Transfers, new(TaxableMinorUnits, currency), new(TaxMinorUnits, currency));
    }
}
