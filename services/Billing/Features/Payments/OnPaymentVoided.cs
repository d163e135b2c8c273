using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Payments;

/// <summary>
/// This fare should never have been: whatever the ride has moved between accounts is moved back by one transfer, the credit that was set off against it
/// included; its promotion has not been given.
/// </summary>
internal sealed class OnPaymentVoided : IEventHandler<PaymentVoided>
{
    /// <summary>
    /// Complete, because everybody who posts for a fare that is open holds its lock, which is ours now. What was paid with a code once too often never was
    /// the fare's, and goes back by itself, or by the payer's bank.
    /// </summary>
    const string Moved = """
        select   account.kind as account, account.party_id, sum(entry.amount_minor_units)::bigint as minor_units
        from     billing.ledger_transfers transfer
        join     billing.ledger_entries entry on (entry.transfer_id, entry.occurred_at) = (transfer.transfer_id, transfer.occurred_at)
        join     billing.ledger_accounts account on account.account_id = entry.account_id
        where    transfer.ride_id = @RideId and transfer.kind not in ('SurplusReceived', 'SurplusReturned', 'Chargeback', 'ChargebackWon', 'ChargebackLost', 'Tip')
        group by account.kind, account.party_id
        """;

    public async Task Handle(PaymentVoided happened, Transaction transaction, CancellationToken ct)
    {
        if (await FareEnding.End(transaction, happened.RideId, Settlement.Void, happened.OccurredAt, ct) is not { } ended)
        {
            return;
        }

        // The promotion before the credit and the ledger, as when a fare is written.
        await PromotionUses.GiveBack(happened.RideId, transaction, ct);
        var moved = await transaction.List<Row>(Moved, new { happened.RideId }, ct);
        if (moved.FirstOrDefault(row => row is { Account: AccountKind.PassengerCredit, MinorUnits: > 0 }) is { } used)
        {
            var (passenger, currency) = (happened.PassengerId, happened.Amount.Currency);
            await PassengerCredits.NoteReturned(
                new(passenger, currency, CreditSource.Returned, happened.PaymentOrderId, happened.RideId, used.MinorUnits, happened.OccurredAt), transaction, ct);
        }

        Ledger.Write(
            new(
                $"void:{happened.PaymentOrderId}", TransferKind.Void, happened.RideId, happened.Amount.Currency, happened.OccurredAt,
                [.. moved.Select(row => new Posting(row.Account, row.PartyId, -row.MinorUnits))]),
            transaction);
        await ended.TellOfDebt(transaction, happened.PassengerId, happened.Amount, happened.OccurredAt, ct);
    }

    sealed record Row(AccountKind Account, Guid PartyId, long MinorUnits);
}
