using Npgsql;
using Tumpang.ServiceDefaults;

namespace Tumpang.RecordedDay;

/// <summary>After the day: debts are paid, drivers are paid out.</summary>
public sealed class Closing(Office office, NpgsqlDataSource auditor, string currency)
{
    /// <summary>For money to come to rest: a late webhook, a card that is tried again, a provider that does not answer. System time.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    /// <summary>Everything that has not come to rest, in one number.</summary>
    const string UnderWay = """
        select (select count(*) from billing.rides where status = 'Open' and (completed_at is not null or cancelled_at is not null))
             + (select count(*) from payment.orders where status = 'Pending')
             + (select count(*) from payment.attempts where status not in ('Succeeded', 'Declined'))
             + (select count(*) from payment.refunds where status in ('Due', 'Sent'))
             + (select count(*) from billing.outbox) + (select count(*) from payment.outbox)
        """;

    const string Owed = "select count(*) from payment.orders where status = 'Owed'";

    const string PayoutsUnderWay = "select count(*) from billing.payouts where status = 'Reserved'";

    const string BatchesOfTheDay = "select count(*) from billing.payout_batches where currency = @Currency and period >= @Day";

    /// <summary>Waits until no money is under way, lets debtors pay, and waits again.</summary>
    /// <returns>How many debts are left.</returns>
    public async Task<long> SettleDebts(IReadOnlyList<Passenger> passengers, CancellationToken ct)
    {
        await Rest(UnderWay, ct);
        await Parallel.ForEachAsync(passengers, ct, async (passenger, _) => await passenger.SettleDebts(ct));
        await Rest(UnderWay, ct);
        return await Count(Owed, ct);
    }

    /// <summary>Waits for the batch of payouts after the day and until the bank has answered for each.</summary>
    /// <param name="batchAt">When it begins, on the wall clock of the city.</param>
    public async Task PayDrivers(DateTimeOffset batchAt, CancellationToken ct)
    {
        if (batchAt - office.Clock.GetUtcNow() is { Ticks: > 0 } wait)
        {
            await Task.Delay(office.Clock.ToSystem(wait), ct);
        }

        await Until(() => IsBatchDone(batchAt, ct), "the batch of payouts is made", ct);
        await Rest(PayoutsUnderWay, ct);
        await Rest(UnderWay, ct);
    }

    /// <summary>How many completed rides have a fare; no ride can have two.</summary>
    public Task<long> CountFares(CancellationToken ct) => Count("select count(*) from billing.fares where kind = 'Ride'", ct);

    async Task<bool> IsBatchDone(DateTimeOffset batchAt, CancellationToken ct)
    {
        await using var command = auditor.CreateCommand(BatchesOfTheDay);
        command.Parameters.AddWithValue("Currency", currency);
        command.Parameters.AddWithValue("Day", DateOnly.FromDateTime(batchAt.DateTime));
        return (long)(await command.ExecuteScalarAsync(ct))! > 0;
    }

    async Task<long> Count(string query, CancellationToken ct)
    {
        await using var command = auditor.CreateCommand(query);
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    Task Rest(string underWay, CancellationToken ct) => Until(async () => await Count(underWay, ct) == 0, "everything has come to rest", ct);

    async Task Until(Func<Task<bool>> holds, string what, CancellationToken ct)
    {
        var deadline = TimeProvider.System.GetUtcNow() + Patience;
        while (!await holds())
        {
            if (TimeProvider.System.GetUtcNow() > deadline)
            {
                office.Measured.Error($"not within {Patience.TotalMinutes:0} minutes: {what}");
                return;
            }

            await Task.Delay(Poll, ct);
        }
    }
}
