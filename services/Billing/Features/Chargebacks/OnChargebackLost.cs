using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Chargebacks;

/// <summary>
/// The money is gone: our loss, once. Where policy says so, the passenger owes it, and gets no new ride, until an operator forgives it. What was paid once too
/// often was never ours: the fare is paid, and nobody owes anything. A tip is owed as a fare is: the driver has it, and keeps it.
/// </summary>
internal sealed class OnChargebackLost(IOptions<BillingOptions> options) : IEventHandler<ChargebackLost>
{
    const string InsertOnce = """
        insert into billing.lost_chargebacks (dispute_id, ride_id, passenger_id, amount_minor_units, currency, lost_at, tip_id)
        values (@DisputeId, @RideId, @PassengerId, @MinorUnits, @Currency, @OccurredAt, @TipId)
        on conflict (dispute_id) do nothing
        """;

    public async Task Handle(ChargebackLost happened, Transaction transaction, CancellationToken ct)
    {
        Ledger.Write(new Chargeback(happened.DisputeId, happened.RideId, happened.Amount, happened.Fee).Lost(happened.OccurredAt, happened.SurplusId is not null), transaction);
        if (happened.SurplusId is not null || !options.Value.BlockAfterLostChargeback)
        {
            return;
        }

        var row = new
        {
            happened.DisputeId,
            happened.RideId,
            happened.PassengerId,
            happened.Amount.MinorUnits,
            happened.Amount.Currency,
            happened.OccurredAt,
            happened.TipId,
        };
        if (await transaction.Execute(InsertOnce, row, ct) == 1)
        {
            await transaction.TellOfLostChargebacks(happened.RideId, happened.PassengerId, happened.Amount, happened.OccurredAt, ct);
        }
    }
}
