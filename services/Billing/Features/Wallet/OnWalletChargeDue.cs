using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Wallet;

/// <summary>
/// A fare is to be paid from a wallet. Only billing knows what is in it, so it takes the money and says how much it took, in one transaction: all of it,
/// as much as there is, or nothing. One charge of a wallet at a time; that none takes it below zero is a constraint of its account.
/// </summary>
internal sealed class OnWalletChargeDue(CityClock clock) : IEventHandler<WalletChargeDue>
{
    const string NotEnough = "insufficient-wallet-balance";

    const string ReadBalance = """
        select -balance_minor_units from billing.ledger_accounts where kind = 'PassengerWallet' and party_id = @PassengerId and currency = @Currency
        """;

    const string InsertOnce = """
        insert into billing.wallet_charges (attempt_id, ride_id, passenger_id, asked_minor_units, taken_minor_units, currency, decided_at)
        values (@AttemptId, @RideId, @PassengerId, @Asked, @Taken, @Currency, @Now)
        on conflict (attempt_id) do nothing
        """;

    const string Count = "update billing.fare_settlements set collected_minor_units = collected_minor_units + @Taken where ride_id = @RideId";

    public async Task Handle(WalletChargeDue due, Transaction transaction, CancellationToken ct)
    {
        await transaction.LockWallet(due.PassengerId, ct);
        var balance = await transaction.Find<long?>(ReadBalance, new { due.PassengerId, due.Amount.Currency }, ct) ?? 0;
        var taken = new Money(Takes(due, balance), due.Amount.Currency);
        var now = clock.GetUtcNow();
        var row = new
        {
            due.AttemptId,
            due.RideId,
            due.PassengerId,
            Asked = due.Amount.MinorUnits,
            Taken = taken.MinorUnits,
            taken.Currency,
            Now = now,
        };
        if (await transaction.Execute(InsertOnce, row, ct) == 0)
        {
            return;
        }

        if (taken.MinorUnits == 0)
        {
            transaction.Publish(new WalletChargeRefused(due.AttemptId, due.PaymentOrderId, due.RideId, due.PassengerId, due.Amount, NotEnough)
            {
                OccurredAt = now,
                Version = 1,
            });
            return;
        }

        await transaction.Execute(Count, row, ct);
        Ledger.Write(Paid(due, taken, now), transaction);
        transaction.Publish(new WalletCharged(due.AttemptId, due.PaymentOrderId, due.RideId, due.PassengerId, taken) { OccurredAt = now, Version = 1 });
    }

    /// <summary>All of it; as much as there is, where a card pays the rest; or nothing.</summary>
    static long Takes(WalletChargeDue due, long balance) =>
        balance >= due.Amount.MinorUnits ? due.Amount.MinorUnits : due.PartAllowed ? Math.Max(balance, 0) : 0;

    static LedgerTransfer Paid(WalletChargeDue due, Money taken, DateTimeOffset now) => new(
        $"wallet:{due.AttemptId}", TransferKind.WalletPayment, due.RideId, taken.Currency, now,
        [
            new(AccountKind.PassengerWallet, due.PassengerId, taken.MinorUnits),
            new(AccountKind.PassengerReceivable, due.PassengerId, -taken.MinorUnits),
        ]);
}
