using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Books;

/// <summary>
/// Cash in a driver's hand. What of it is their own earning of that ride they keep; the rest is ours and the state's, and stands on their cash account until it
/// is set off against what we owe them, by their next payout. What a driver has with us is both accounts together: owed to them, less the cash that they hold.
/// </summary>
internal static class HeldCash
{
    const string EarnedBy = """
        select fare.driver_earning_minor_units - (
                   select coalesce(sum(driver_minor_units), 0)::bigint from billing.adjustments where ride_id = @RideId and status = 'Effective')
        from   billing.fare_settlements paid
        join   billing.fares fare on (fare.ride_id, fare.booked_at) = (paid.ride_id, paid.booked_at)
        where  paid.ride_id = @RideId
        """;

    const string LockAccounts = """
        select   kind = 'HeldCash' as is_cash, balance_minor_units
        from     billing.ledger_accounts
        where    kind in ('DriverPayable', 'HeldCash') and party_id = @DriverId and currency = @Currency and shard = 0
        order by kind
        for      update
        """;

    /// <summary>Under the lock of the fare's settlement.</summary>
    public static async Task<LedgerTransfer> TakenBy(PaymentSucceeded payment, Transaction tx, CancellationToken ct)
    {
        var cash = payment.Amount.MinorUnits;
        var kept = Math.Clamp(await tx.Find<long>(EarnedBy, new { payment.RideId }, ct), 0, cash);
        return new(
            $"payment:{payment.PaymentOrderId}", TransferKind.Payment, payment.RideId, payment.Amount.Currency, payment.OccurredAt,
            [
                new(AccountKind.DriverPayable, payment.DriverId, kept),
                new(AccountKind.HeldCash, payment.DriverId, cash - kept),
                new(AccountKind.PassengerReceivable, payment.PassengerId, -cash),
            ]);
    }

    /// <summary>What the driver has with us in that currency, locked until the transaction ends: in the order in which the ledger takes accounts.</summary>
    public static async Task<DriverBalance> LockBalanceOf(this Transaction tx, Guid driverId, string currency, CancellationToken ct)
    {
        var accounts = await tx.List<Account>(LockAccounts, new { DriverId = driverId, Currency = currency }, ct);
        return new(
            -accounts.Where(account => !account.IsCash).Sum(account => account.BalanceMinorUnits),
            accounts.Where(account => account.IsCash).Sum(account => account.BalanceMinorUnits));
    }

    sealed record Account(bool IsCash, long BalanceMinorUnits);
}

/// <summary>What a driver has with us in one currency.</summary>
/// <param name="PayableMinorUnits">We owe it; negative when the driver owes us beside the cash.</param>
/// <param name="CashMinorUnits">The driver holds it for us; never negative.</param>
internal readonly record struct DriverBalance(long PayableMinorUnits, long CashMinorUnits)
{
    /// <summary>Negative when the driver owes us.</summary>
    public long MinorUnits => PayableMinorUnits - CashMinorUnits;
}
