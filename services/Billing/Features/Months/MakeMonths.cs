using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Months;

/// <summary>
/// Makes room in the ledger and among the fares for this month and the two to come. What a clock books that ran ahead of it lies in tables of its own.
/// </summary>
internal sealed class MakeMonths(Database database, CityClock clock) : ISweep
{
    // One after the other, each in a transaction of its own: nobody waits for longer than one table needs.
    static readonly string[] Make =
    [
        "select billing.create_ledger_month(@Now + make_interval(months => @Ahead))",
        "select billing.create_fare_month(@Now + make_interval(months => @Ahead))",
    ];

    const int MonthsAhead = 2;

    public TimeSpan Every => TimeSpan.FromMinutes(10);

    public async Task<bool> Sweep(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        for (var ahead = 0; ahead <= MonthsAhead; ahead++)
        {
            foreach (var make in Make) await database.Execute(make, new { Now = now, Ahead = ahead }, ct);
        }

        return false;
    }
}
