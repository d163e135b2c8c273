using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>
/// Where the city has it so, what a ride was quoted and a margin are held on its card while it lasts. Nothing is sent here: the worker does, after the
/// commit. The end of the ride may have been heard first.
/// </summary>
internal sealed class OnRideCreated(CityClock clock, IOptions<PaymentOptions> options, Signal<AuthoriseRides> signal) : IEventHandler<RideCreated>
{
    const string InsertOnce = """
        insert into payment.authorisations
               (id, ride_id, passenger_id, driver_id, payment_method_id, amount_minor_units, currency, status, due_at, created_at)
        select @Id, @RideId, @PassengerId, @DriverId, @PaymentMethodId, @MinorUnits, @Currency, 'Due', now(), @Now
        where  not exists (select from payment.waived_rides where ride_id = @RideId)
        and    not exists (select from payment.orders       where ride_id = @RideId)
        on conflict (ride_id) do nothing
        """;

    public async Task Handle(RideCreated ride, Transaction tx, CancellationToken ct)
    {
        if (ride.Payment.Kind is not PaymentMethodKind.Card || ride.QuotedFare.MinorUnits == 0 || !options.Value.AuthorisesIn(ride.CityId))
        {
            return;
        }

        await tx.LockRideOfFare(ride.RideId, ct);
        var amount = Authorisation.AmountFor(ride.QuotedFare, ride.Tip, options.Value.AuthorisationMarginBasisPoints);
        var row = new
        {
            Id = Guid.CreateVersion7(),
            ride.RideId,
            ride.PassengerId,
            ride.DriverId,
            ride.Payment.PaymentMethodId,
            amount.MinorUnits,
            amount.Currency,
            Now = clock.GetUtcNow(),
        };
        if (await tx.Execute(InsertOnce, row, ct) == 1)
        {
            tx.OnCommitted(signal.Wake);
        }
    }
}
