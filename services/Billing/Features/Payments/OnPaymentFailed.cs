using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Payments;

/// <summary>
/// The passenger could not be charged and now owes, once, however often it is tried. A failure that is heard of after the
/// success makes no debt.
/// </summary>
internal sealed class OnPaymentFailed : IEventHandler<PaymentFailed>
{
    const string Owe = """
        with fare as (
            update billing.fare_settlements
            set    settlement = 'Owed', owed_since = @OccurredAt
            where  ride_id = @RideId and settlement = 'Pending'
            returning ride_id
        )
        update billing.rides as ride
        set    version = version + 1
        from   fare
        where  ride.ride_id = fare.ride_id
        returning ride.version
        """;

    public async Task Handle(PaymentFailed happened, Transaction transaction, CancellationToken ct)
    {
        if (await transaction.Find<long?>(Owe, new { happened.RideId, happened.OccurredAt }, ct) is { } version)
        {
            await transaction.TellOfDebt(happened.RideId, happened.PassengerId, happened.Amount, version, happened.OccurredAt, ct);
        }
    }
}
