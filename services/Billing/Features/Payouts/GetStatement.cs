using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Payouts;

/// <summary>
/// A driver's day or week in one currency: the balance before, what moved it by kind, the balance after. Days are those of the first city whose currency
/// it is (<see cref="CurrencyCalendar"/>); weeks begin on Monday.
/// </summary>
internal static class GetStatement
{
    /// <summary>Beyond them a day has no beginning in every zone.</summary>
    const int FirstYear = 2000, LastYear = 9_000;

    const string Moved = """
        select   case when transfer.occurred_at < @From then null else transfer.kind end as kind, count(distinct transfer.transfer_id) as movements,
                 -sum(entry.amount_minor_units)::bigint as minor_units,
                 coalesce(sum(entry.amount_minor_units) filter (where account.kind = 'HeldCash'), 0)::bigint as cash_minor_units
        from     billing.ledger_accounts account
        join     billing.ledger_entries entry on entry.account_id = account.account_id
        join     billing.ledger_transfers transfer on (transfer.transfer_id, transfer.occurred_at) = (entry.transfer_id, entry.occurred_at)
        where    account.kind in ('DriverPayable', 'HeldCash') and account.party_id = @DriverId and account.currency = @Currency and transfer.occurred_at < @Until
        group by 1
        order by 1
        """;

    /// <param name="Until">Its last day.</param>
    /// <param name="Opening">What we owed before it.</param>
    /// <param name="Closing">Opening and all lines together.</param>
    /// <param name="CashHeld">Cash that the driver then held for us; the closing balance is without it.</param>
    internal sealed record Answer(string Period, DateOnly From, DateOnly Until, Money Opening, IReadOnlyList<Line> Lines, Money Closing, Money CashHeld);

    /// <param name="Kind">As in the earnings.</param>
    internal sealed record Line(string Kind, long Movements, Money Amount);

    public static async Task<Results<Ok<Answer>, ProblemHttpResult>> Handle(
        CurrentUser user, Database database, Cities cities, string period, DateOnly on, string currency, CancellationToken ct)
    {
        if (period is not ("day" or "week")) return BillingProblems.PeriodInvalid.ToHttp();
        if (on.Year is < FirstYear or > LastYear) return Problem.Invalid("on", $"A day of the years {FirstYear} to {LastYear}.").ToHttp();
        if (cities.CalendarOf(currency) is not { } city)
        {
            return Problem.Invalid("currency", "No city keeps this currency.").ToHttp();
        }

        var first = period == "day" ? on : on.AddDays(-(((int)on.DayOfWeek + 6) % 7));
        var end = first.AddDays(period == "day" ? 1 : 7);
        var row = new { DriverId = user.Id, Currency = currency, From = city.StartOf(first), Until = city.StartOf(end) };
        var moved = await database.List<Row>(Moved, row, ct);
        var opening = moved.Where(line => line.Kind is null).Sum(line => line.MinorUnits);
        var lines = moved.Where(line => line.Kind is not null).Select(line => new Line(line.Kind!, line.Movements, new(line.MinorUnits, currency))).ToList();
        return TypedResults.Ok(new Answer(
            period, first, end.AddDays(-1), new(opening, currency), lines, new(opening + lines.Sum(line => line.Amount.MinorUnits), currency),
            new(moved.Sum(line => line.CashMinorUnits), currency)));
    }

    sealed record Row(string? Kind, long Movements, long MinorUnits, long CashMinorUnits);
}
