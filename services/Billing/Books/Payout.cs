using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Books;

/// <summary>
/// Money that a driver is to get. Reserved: off the balance, on its way. It ends as Sent, or as Failed, and then it is back on the balance. What was sent may
/// still come back from the bank: Returned, and back on the balance too.
/// </summary>
internal sealed record Payout(Guid PayoutId, Guid DriverId, string Currency, long AmountMinorUnits, long FeeMinorUnits)
{
    /// <summary>It leaves the balance, and the fee with it. The cash that the driver holds counts as paid out by now.</summary>
    public LedgerTransfer Reserved(long cashMinorUnits, DateTimeOffset at) => new(
        $"payout:{PayoutId}", TransferKind.PayoutReserved, null, Currency, at,
        [
            new(AccountKind.DriverPayable, DriverId, AmountMinorUnits + FeeMinorUnits + cashMinorUnits),
            new(AccountKind.HeldCash, DriverId, -cashMinorUnits),
            new(AccountKind.PayoutsInTransit, Guid.Empty, -AmountMinorUnits),
            new(AccountKind.PayoutFees, Guid.Empty, -FeeMinorUnits),
        ], PayoutId);

    /// <summary>It has left our bank.</summary>
    public LedgerTransfer Sent(DateTimeOffset at) => new(
        $"payout-sent:{PayoutId}", TransferKind.PayoutSent, null, Currency, at,
        [
            new(AccountKind.PayoutsInTransit, Guid.Empty, AmountMinorUnits),
            new(AccountKind.Bank, Guid.Empty, -AmountMinorUnits),
        ], PayoutId);

    /// <summary>It did not leave, and comes back to the balance, the fee too.</summary>
    public LedgerTransfer Returned(DateTimeOffset at) => new(
        $"payout-returned:{PayoutId}", TransferKind.PayoutReturned, null, Currency, at,
        [
            new(AccountKind.PayoutsInTransit, Guid.Empty, AmountMinorUnits),
            new(AccountKind.PayoutFees, Guid.Empty, FeeMinorUnits),
            new(AccountKind.DriverPayable, DriverId, -(AmountMinorUnits + FeeMinorUnits)),
        ], PayoutId);

    /// <summary>The bank has sent it back to ours: it comes back to the balance, and the fee too, because the driver has got nothing for it.</summary>
    public LedgerTransfer SentBack(DateTimeOffset at) => new(
        $"payout-sent-back:{PayoutId}", TransferKind.PayoutReturned, null, Currency, at,
        [
            new(AccountKind.Bank, Guid.Empty, AmountMinorUnits),
            new(AccountKind.PayoutFees, Guid.Empty, FeeMinorUnits),
            new(AccountKind.DriverPayable, DriverId, -(AmountMinorUnits + FeeMinorUnits)),
        ], PayoutId);
}

/// <summary>The SQL that the features of payouts share. The driver's accounts are the lock: what is taken off them is taken one after the other.</summary>
internal static class PayoutStore
{
    const string InsertOnce = """
        insert into billing.payouts (payout_id, driver_id, currency, amount_minor_units, fee_minor_units, schedule, period, status, reserved_at)
        values (@PayoutId, @DriverId, @Currency, @AmountMinorUnits, @FeeMinorUnits, @Schedule, @Period::date, 'Reserved', @Now)
        on conflict do nothing
        """;

    const string EndOnce = """
        update billing.payouts
        set    status = @Status, failure_code = @Code, ended_at = @Now
        where  payout_id = @PayoutId and status = 'Reserved'
        returning payout_id, driver_id, currency, amount_minor_units, fee_minor_units
        """;

    const string ReturnOnce = """
        update billing.payouts
        set    status = 'Returned', failure_code = @Code, returned_at = @Now
        where  payout_id = @PayoutId and status = 'Sent'
        returning payout_id, driver_id, currency, amount_minor_units, fee_minor_units
        """;

    /// <summary>Takes it off the balance and tells payment; false when another is on its way, or this batch has paid the driver already.</summary>
    /// <param name="schedule">OnDemand, or the schedule of the batch.</param>
    /// <param name="period">The day of the batch, yyyy-MM-dd; null on demand.</param>
    /// <param name="cashMinorUnits">What the driver holds, which is set off.</param>
    public static async Task<bool> Reserve(
        this Transaction tx, Payout payout, long cashMinorUnits, string schedule, string? period, DateTimeOffset now, CancellationToken ct)
    {
        var row = new
        {
            payout.PayoutId,
            payout.DriverId,
            payout.Currency,
            payout.AmountMinorUnits,
            payout.FeeMinorUnits,
            Schedule = schedule,
            Period = period,
            Now = now,
        };
        if (await tx.Execute(InsertOnce, row, ct) == 0)
        {
            return false;
        }

        Ledger.Write(payout.Reserved(cashMinorUnits, now), tx);
        tx.Publish(new PayoutDue(payout.PayoutId, payout.DriverId, new(payout.AmountMinorUnits, payout.Currency)) { OccurredAt = now, Version = 1 });
        return true;
    }

    /// <summary>Null when it had ended before.</summary>
    public static Task<Payout?> EndPayout(this Transaction tx, Guid payoutId, string status, string? code, DateTimeOffset now, CancellationToken ct) =>
        tx.Find<Payout>(EndOnce, new { PayoutId = payoutId, Status = status, Code = code, Now = now }, ct);

    /// <summary>What was sent has come back. Null when it had before, or was never sent.</summary>
    public static Task<Payout?> ReturnPayout(this Transaction tx, Guid payoutId, string code, DateTimeOffset now, CancellationToken ct) =>
        tx.Find<Payout>(ReturnOnce, new { PayoutId = payoutId, Code = code, Now = now }, ct);
}
