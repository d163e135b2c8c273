using System.Text.Json;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features;

/// <summary>
/// Stores the quote that a ride was requested under, and prices a ride that waits for nothing else: queues do not keep each other's order. Its token is verified again: a quote that we did not sign, or that was
/// signed for somebody or something else, is a fault for an operator, not a price.
/// </summary>
internal sealed class OnRideRequested(QuoteToken tokens, RideBills bills) : IEventHandler<RideRequested>
{
    const string StoreQuote = """
        insert into billing.quotes (
            quote_id, ride_request_id, passenger_id, city_id, vehicle_class, pickup, drop_off, policy_id, policy_version,
            distance_metres, duration_seconds, fare_minor_units, currency, breakdown, quoted_at, expires_at)
        values (
            @QuoteId, @RideRequestId, @PassengerId, @CityId, @VehicleClass, platform.point(@PickupLatitude, @PickupLongitude),
            platform.point(@DropOffLatitude, @DropOffLongitude), @PolicyId, @PolicyVersion,
            @DistanceMetres, @DurationSeconds, @MinorUnits, @Currency, @Breakdown::jsonb, @QuotedAt, @ExpiresAt)
        on conflict do nothing;

        with heard as (
            select * from billing.rides where quote_id = @QuoteId and status = 'Open' for update
        )
        """ + RideBills.SelectHeard;

    public async Task Handle(RideRequested happened, Transaction transaction, CancellationToken ct)
    {
        if (tokens.Read(happened.QuoteToken) is not { } quote || !Belongs(quote, happened))
        {
            throw new InvalidOperationException($"Ride request {happened.RideRequestId} carries a quote that is not ours or not its own.");
        }

        foreach (var bill in await transaction.List<RideBill>(StoreQuote, Row(quote, happened.RideRequestId), ct))
        {
            await bills.Conclude(bill, overdue: false, transaction, ct);
        }
    }

    static bool Belongs(Quote quote, RideRequested request) =>
        (quote.QuoteId, quote.PassengerId, quote.CityId, quote.VehicleClass, quote.Fare)
        == (request.QuoteId, request.PassengerId, request.CityId, request.VehicleClass, request.QuotedFare);

    static object Row(Quote quote, Guid rideRequestId) => new
    {
        quote.QuoteId,
        RideRequestId = rideRequestId,
        quote.PassengerId,
        quote.CityId,
        VehicleClass = quote.VehicleClass.ToString(),
        PickupLatitude = quote.Pickup.Latitude,
        PickupLongitude = quote.Pickup.Longitude,
        DropOffLatitude = quote.DropOff.Latitude,
        DropOffLongitude = quote.DropOff.Longitude,
        quote.PolicyId,
        quote.PolicyVersion,
        quote.DistanceMetres,
        quote.DurationSeconds,
        quote.Fare.MinorUnits,
        quote.Fare.Currency,
        Breakdown = JsonSerializer.Serialize(quote.Breakdown, Json.Options),
        quote.QuotedAt,
        quote.ExpiresAt,
    };
}
