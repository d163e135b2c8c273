using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Books;

/// <summary>
/// By how much a wallet is below zero: a bank took back what had been paid into it, and spent. match refuses new rides to its passenger until it is made good.
/// </summary>
internal static class WalletDebt
{
    const string Lock = "select pg_advisory_xact_lock(hashtextextended(@PassengerId::text, 4))";

    // Whoever asks has posted to the account in this transaction and so holds it: nobody counts meanwhile.
    const string CountOnce = """
        insert into billing.wallet_debts as told (passenger_id, currency, owed_minor_units, version)
        select party_id, currency, greatest(0, balance_minor_units), 1
        from   billing.ledger_accounts account
        where  kind = 'PassengerWallet' and party_id = @PassengerId and currency = @Currency
          and  (balance_minor_units > 0
                or exists (select from billing.wallet_debts known where (known.passenger_id, known.currency) = (account.party_id, account.currency)))
        on conflict (passenger_id, currency) do update
        set    owed_minor_units = excluded.owed_minor_units, version = told.version + 1
        where  told.owed_minor_units <> excluded.owed_minor_units
        returning owed_minor_units, version
        """;

    /// <summary>Until the commit nobody else takes anything from the passenger's wallets: what is in them may be read, and taken afterwards.</summary>
    public static Task LockWallet(this Transaction tx, Guid passengerId, CancellationToken ct) => tx.Execute(Lock, new { PassengerId = passengerId }, ct);

    /// <summary>Moves money of a wallet, once, and tells what is owed then, if that is another sum than before.</summary>
    public static async Task PostToWallet(this Transaction tx, LedgerTransfer transfer, Guid passengerId, CancellationToken ct)
    {
        await Ledger.WriteNow(transfer, tx, ct);
        if (await tx.Find<Owed>(CountOnce, new { PassengerId = passengerId, transfer.Currency }, ct) is not { } owed)
        {
            return;
        }

        var amount = new Money(owed.OwedMinorUnits, transfer.Currency);
        tx.Publish(owed.OwedMinorUnits > 0
            ? new WalletDebtIncurred(passengerId, amount) { OccurredAt = transfer.OccurredAt, Version = owed.Version }
            : new WalletDebtSettled(passengerId, amount) { OccurredAt = transfer.OccurredAt, Version = owed.Version });
    }

    sealed record Owed(long OwedMinorUnits, long Version);
}
