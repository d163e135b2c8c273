using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Rides;

/// <summary>
/// Turns a cancellation into a charge, or into none: after the grace period the passenger who cancels owes what the policy says for how far the ride had
/// come, and so does one who did not come; a driver who gives up or does not come costs the passenger nothing, and owes what the policy says. The quote is free again, unless the driver cancelled and the request goes on under it.
/// </summary>
internal sealed class OnRideCancelled(RideBills bills, IOptions<BillingOptions> options) : IEventHandler<RideCancelled>
{
    const string Hear = """
        with heard as (
            insert into billing.rides as ride (
                ride_id, passenger_id, driver_id, quote_id, quoted_fare_minor_units, quoted_fare_currency, quote_version, payment_method_id,
                payment_method_kind, cancelled_at, cancelled_by, cancellation_phase, cancel_reason, assigned_at, due_at)
            values (
                @RideId, @PassengerId, @DriverId, @QuoteId, @QuotedFare, @Currency, @QuoteVersion, @PaymentMethodId, @PaymentMethodKind, @CancelledAt,
                @CancelledBy, @CancellationPhase, @Reason, @AssignedAt, now() + @TrackDeadline)
            on conflict (ride_id) do update
            set quote_id = excluded.quote_id, quoted_fare_minor_units = coalesce(excluded.quoted_fare_minor_units, ride.quoted_fare_minor_units),
                quoted_fare_currency = coalesce(excluded.quoted_fare_currency, ride.quoted_fare_currency),
                quote_version = greatest(excluded.quote_version, ride.quote_version), payment_method_id = excluded.payment_method_id, payment_method_kind = excluded.payment_method_kind,
                cancelled_at = excluded.cancelled_at, cancelled_by = excluded.cancelled_by,
                cancellation_phase = excluded.cancellation_phase, cancel_reason = excluded.cancel_reason, assigned_at = excluded.assigned_at,
                due_at = case when ride.status = 'Open' then excluded.due_at end
            where ride.cancelled_at is null
            returning ride.*
        )
        """ + RideBills.SelectHeard;

    public async Task Handle(RideCancelled happened, Transaction transaction, CancellationToken ct)
    {
        if (await transaction.Find<RideBill>(Hear, Row(happened), ct) is { } bill)
        {
            await bills.Conclude(bill, overdue: false, transaction, ct);
        }

        if (happened.By != Party.Driver || happened.Reason is CancelReason.PassengerNoShow or CancelReason.PassengerAsked)
        {
            await QuoteReleases.Release(happened.QuoteId, "RideCancelled", happened.OccurredAt, transaction, ct);
        }
    }

    object Row(RideCancelled ride) => new
    {
        ride.RideId,
        ride.PassengerId,
        ride.DriverId,
        ride.QuoteId,
        QuotedFare = ride.QuotedFare?.MinorUnits,
        ride.QuotedFare?.Currency,
        QuoteVersion = ride.QuotedFare is null ? 0 : ride.Version,
        ride.Payment.PaymentMethodId,
        PaymentMethodKind = ride.Payment.Kind.ToString(),
        CancelledAt = ride.OccurredAt,
        CancelledBy = ride.Cause.ToString(),
        CancellationPhase = CancellationPhases.Of(ride.CancelledIn, ride.Reason).ToString(),
        ride.Reason,
        ride.AssignedAt,
        options.Value.TrackDeadline,
    };
}
