using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Chargebacks;

/// <summary>
/// What a lowered fare left owed to a passenger they have from their bank: our loss is smaller, and they owe so much less. May be heard before the chargeback
/// is known to be lost, which then tells the debt.
/// </summary>
internal sealed class OnChargebackSetOff : IEventHandler<ChargebackSetOff>
{
    const string InsertOnce = """
        insert into billing.set_offs (set_off_id, ride_id, passenger_id, amount_minor_units, currency, set_off_at)
        values (@SetOffId, @RideId, @PassengerId, @MinorUnits, @Currency, @OccurredAt)
        on conflict (set_off_id) do nothing
        """;

    const string LockRide = "select 1 from billing.rides where ride_id = @RideId for update";

    // A statement of its own, behind the lock: whoever books the loss meanwhile either is seen here, or sees what was set off.
    const string IsOwed = "select exists (select from billing.lost_chargebacks where ride_id = @RideId and forgiven_at is null)";

    public async Task Handle(ChargebackSetOff happened, Transaction transaction, CancellationToken ct)
    {
        Ledger.Write(new SetOff(happened.SetOffId, happened.RideId, happened.PassengerId, happened.Amount).Transfer(happened.OccurredAt), transaction);
        var row = new { happened.SetOffId, happened.RideId, happened.PassengerId, happened.Amount.MinorUnits, happened.Amount.Currency, happened.OccurredAt };
        if (await transaction.Execute(InsertOnce, row, ct) == 0)
        {
            return;
        }

        await transaction.Execute(LockRide, row, ct);
        if (await transaction.Find<bool>(IsOwed, row, ct))
        {
            await transaction.TellOfLostChargebacks(happened.RideId, happened.PassengerId, happened.Amount, happened.OccurredAt, ct);
        }
    }
}
