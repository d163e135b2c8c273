using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Payments;

/// <summary>
/// A part of a fare is with the provider, and so much less of it is owed; what came from a wallet is booked already. Heard after the rest was
/// written off, it makes the loss smaller instead.
/// </summary>
internal sealed class OnPaymentPartCollected : IEventHandler<PaymentPartCollected>
{
    const string LockFare = "select 1 from billing.fare_settlements where ride_id = @RideId for update";

    // A statement of its own, behind the lock: the key of the transfer tells a part that was booked before.
    const string Count = """
        update billing.fare_settlements
        set    collected_minor_units = collected_minor_units + @MinorUnits
        where  ride_id = @RideId and not exists (select from billing.ledger_keys where business_key = @BusinessKey)
        returning settlement
        """;

    public async Task Handle(PaymentPartCollected happened, Transaction transaction, CancellationToken ct)
    {
        if (happened.Kind is PaymentMethodKind.Wallet)
        {
            return;
        }

        var key = $"payment-part:{happened.AttemptId}";
        await transaction.Execute(LockFare, new { happened.RideId }, ct);
        if (await transaction.Find<string>(Count, new { happened.RideId, happened.Amount.MinorUnits, BusinessKey = key }, ct) is not { } settlement)
        {
            return;
        }

        Ledger.Write(
            new(
                key, TransferKind.Payment, happened.RideId, happened.Amount.Currency, happened.OccurredAt,
                [
                    new(AccountKind.ProviderClearing, Guid.Empty, happened.Amount.MinorUnits),
                    settlement == nameof(Settlement.WrittenOff)
                        ? new(AccountKind.WriteOffs, Guid.Empty, -happened.Amount.MinorUnits)
                        : new(AccountKind.PassengerReceivable, happened.PassengerId, -happened.Amount.MinorUnits),
                ]),
            transaction);
    }
}
