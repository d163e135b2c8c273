using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Months;

/// <summary>
/// Makes room in the ledger and among the fares for this month and the two to come. What a clock books that ran ahead of it lies in tables of its own. Whoever
/// posts or reads meanwhile goes first: what could not be made in time is made at the next turn.
/// </summary>
internal sealed class MakeMonths(Database database, CityClock clock) : ISweep
{
    // One after the other, each in a transaction of its own: nobody waits for longer than one table needs.
    static readonly string[] Make =
    [
        "select billing.create_ledger_month(@Now + make_interval(months => @Ahead))",
        "select billing.create_fare_month(@Now + make_interval(months => @Ahead))",
    ];

    // Less than the second after which Postgres looks whether who waits for us waits in a circle, and ends whoever looks first.
    const string GiveUpSoon = "set local statement_timeout = '800ms'";

    const int MonthsAhead = 2;

    public TimeSpan Every => TimeSpan.FromMinutes(10);

    public async Task<bool> Sweep(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        for (var ahead = 0; ahead <= MonthsAhead; ahead++)
        {
            foreach (var make in Make) await MakeOne(make, new { Now = now, Ahead = ahead }, ct);
        }

        return false;
    }

    async Task MakeOne(string make, object month, CancellationToken ct)
    {
        await using var tx = await database.Begin(ct);
        await tx.Execute(GiveUpSoon, null, ct);
        await tx.Execute(make, month, ct);
        await tx.Commit(ct);
    }
}
