using System.Globalization;
using System.Text;
using Tumpang.ServiceDefaults;

namespace Tumpang.Sandbox;

/// <summary>
/// The settlement of a day, by UTC: everything that moved before its cut-off and is in no file yet. A closed one never changes, and what it came to is
/// paid to the merchant's bank account; one that is open is what there is so far.
/// </summary>
sealed class SettlementStore(Database database, TimeProvider system)
{
    const string Lock = "select pg_advisory_xact_lock(hashtextextended('settlement', 0))";

    const string CloseOnce = """
        insert into sandbox.settlements (day, cut_off) values (@Day::date, @CutOff) on conflict do nothing
        """;

    const string TakeIn = "update sandbox.movements set settled_on = @Day::date where settled_on is null and occurred_at < @CutOff";

    const string PayOut = """
        insert into sandbox.bank_payments (day, currency, net_minor_units)
        select @Day::date, currency, sum(amount_minor_units - fee_minor_units)
        from   sandbox.movements
        where  settled_on = @Day::date and type not in ('transfer', 'transfer-return')
        group  by currency
        """;

    const string CutOffOf = "select cut_off from sandbox.settlements where day = @Day::date";

    const string LinesOf = """
        select   type, movement_id, key, amount_minor_units, fee_minor_units, currency, occurred_at
        from     sandbox.movements
        where    case when @Closed then settled_on = @Day::date else settled_on is null and occurred_at < @CutOff end
        order by id
        """;

    const string PaidFor = "select currency, net_minor_units from sandbox.bank_payments where day = @Day::date order by currency";

    /// <summary>The day's file as CSV. A day that is over is closed when it is first asked for. Null for a day that has not begun.</summary>
    public async Task<string?> FileOf(DateOnly day, CancellationToken ct)
    {
        var now = system.GetUtcNow();
        if (Start(day) > now) return null;
        if (Start(day.AddDays(1)) <= now) await Close(day, Start(day.AddDays(1)), ct);

        await using var tx = await database.Begin(ct);
        await tx.Execute(Lock, null, ct);
        var closed = await tx.Find<DateTimeOffset?>(CutOffOf, Row(day, now), ct);
        var row = Row(day, closed ?? now);
        var lines = await tx.List<Line>(LinesOf, new { row.Day, row.CutOff, Closed = closed is not null }, ct);
        var paid = await tx.List<Paid>(PaidFor, row, ct);
        return Csv(day, row.CutOff, closed is not null, lines, paid);
    }

    /// <summary>Closes a day before it is over, with all that there is: what a test asks for.</summary>
    public Task CloseNow(DateOnly day, CancellationToken ct) => Close(day, system.GetUtcNow(), ct);

    async Task Close(DateOnly day, DateTimeOffset cutOff, CancellationToken ct)
    {
        await using var tx = await database.Begin(ct);
        await tx.Execute(Lock, null, ct);
        var row = Row(day, cutOff);
        if (await tx.Execute(CloseOnce, row, ct) == 1)
        {
            await tx.Execute(TakeIn, row, ct);
            await tx.Execute(PayOut, row, ct);
            await tx.Commit(ct);
        }
    }

    static DateTimeOffset Start(DateOnly day) => new(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);

    static SettlementKey Row(DateOnly day, DateTimeOffset cutOff) => new(day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), cutOff);

    static string Csv(DateOnly day, DateTimeOffset cutOff, bool closed, IReadOnlyList<Line> lines, IReadOnlyList<Paid> paid)
    {
        var csv = new StringBuilder("type,reference,key,amount_minor_units,fee_minor_units,currency,occurred_at\n");
        foreach (var line in lines)
        {
            csv.Append(CultureInfo.InvariantCulture, $"{line.Type},{line.MovementId},{line.Key},{line.AmountMinorUnits},{line.FeeMinorUnits},")
                .Append(CultureInfo.InvariantCulture, $"{line.Currency},{line.OccurredAt:O}\n");
        }

        foreach (var (currency, net) in paid)
        {
            csv.Append(CultureInfo.InvariantCulture, $"bank,{day:yyyy-MM-dd}-{currency},,{net},0,{currency},{cutOff:O}\n");
        }

        // The last line tells a whole file from one that broke off.
        return csv.Append(CultureInfo.InvariantCulture, $"end,{(closed ? "final" : "preliminary")},,{lines.Count + paid.Count},0,,{cutOff:O}\n").ToString();
    }

    sealed record SettlementKey(string Day, DateTimeOffset CutOff);

    sealed record Line(string Type, Guid MovementId, string Key, long AmountMinorUnits, long FeeMinorUnits, string Currency, DateTimeOffset OccurredAt);

    sealed record Paid(string Currency, long NetMinorUnits);
}
