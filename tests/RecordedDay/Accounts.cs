using Npgsql;

namespace Tumpang.RecordedDay;

/// <summary>The day in figures, as the auditor reads them from the books.</summary>
public sealed class Accounts(NpgsqlDataSource auditor)
{
    static readonly (string Name, string Query)[] Counts =
    [
        ("fares of rides", "select count(*) from billing.fares where kind = 'Ride'"),
        ("fares of cancellations", "select count(*) from billing.fares where kind = 'Cancellation'"),
        ("with a promotion", "select count(*) from billing.fares where promotion_minor_units > 0"),
        ("settled by card", "select count(*) from payment.orders where status = 'Settled' and kind = 'Card'"),
        ("settled in cash", "select count(*) from payment.orders where status = 'Settled' and kind = 'Cash'"),
        ("still owed", "select count(*) from payment.orders where status = 'Owed'"),
        ("attempts declined", "select count(*) from payment.attempts where status = 'Declined'"),
        ("attempts taken up more than once", "select count(*) from payment.attempts where tries > 1"),
        ("refunds", "select count(*) from payment.refunds where status = 'Succeeded'"),
        ("webhooks", "select count(*) from payment.webhooks"),
        ("payouts sent", "select count(*) from billing.payouts where status = 'Sent'"),
        ("payouts back on the balance", "select count(*) from billing.payouts where status in ('Failed', 'Returned')"),
        ("ledger transfers", "select count(*) from billing.ledger_transfers"),
        ("ledger entries", "select count(*) from billing.ledger_entries"),
    ];

    const string Balances = """
        select   kind || case when currency = @Currency then '' else ' ' || currency end, sum(balance_minor_units)::bigint
        from     billing.ledger_accounts
        group by kind, currency
        order by kind
        """;

    /// <summary>Name and figure.</summary>
    public async Task<IReadOnlyList<(string Name, long Figure)>> Figures(CancellationToken ct)
    {
        var figures = new List<(string, long)>();
        foreach (var (name, query) in Counts)
        {
            await using var command = auditor.CreateCommand(query);
            figures.Add((name, (long)(await command.ExecuteScalarAsync(ct))!));
        }

        return figures;
    }

    /// <summary>The balance of each kind of account, minor units; they sum to zero.</summary>
    public async Task<IReadOnlyList<(string Account, long MinorUnits)>> Sums(string currency, CancellationToken ct)
    {
        await using var command = auditor.CreateCommand(Balances);
        command.Parameters.AddWithValue("Currency", currency);
        var sums = new List<(string, long)>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            sums.Add((reader.GetString(0), reader.GetInt64(1)));
        }

        return sums;
    }
}
