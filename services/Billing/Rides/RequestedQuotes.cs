using System.Text.Json;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Rides;

/// <summary>
/// Quotes under which a ride was requested. Their tokens are verified again: a quote that we did not sign, or that was signed for somebody or something
/// else, is a fault for an operator, not a price.
/// </summary>
internal sealed class RequestedQuotes(QuoteToken tokens, RideBills bills, CityClock clock)
{
    const string StoreQuote = """
        insert into billing.quotes (
            quote_id, ride_request_id, passenger_id, city_id, vehicle_class, pickup, drop_off, policy_id, policy_version,
            distance_metres, duration_seconds, fare_minor_units, currency, breakdown, inputs, quoted_at, expires_at)
        values (
            @QuoteId, @RideRequestId, @PassengerId, @CityId, @VehicleClass, platform.point(@PickupLatitude, @PickupLongitude),
            platform.point(@DropOffLatitude, @DropOffLongitude), @PolicyId, @PolicyVersion,
            @DistanceMetres, @DurationSeconds, @MinorUnits, @Currency, @Breakdown::jsonb, @Inputs::jsonb, @QuotedAt, @ExpiresAt)
        on conflict do nothing;

        with heard as (
            select * from billing.rides where quote_id = @QuoteId and status = 'Open' for update
        )
        """ + RideBills.SelectHeard;

    const string WasPricedWithout =
        "select exists (select from billing.rides where quote_id = @QuoteId and status <> 'Open' and completed_at is not null)";

    /// <summary>
    /// Stores a quote, and prices a ride that waited for nothing else: queues do not keep each other's order. What it promised is free again when its ride was
    /// priced without it.
    /// </summary>
    public async Task Store(
        string token, (Guid QuoteId, Guid PassengerId, string CityId, VehicleClass VehicleClass, Money Fare) expected, Guid rideRequestId,
        Transaction transaction, CancellationToken ct)
    {
        if (tokens.Read(token) is not { } quote || (quote.QuoteId, quote.PassengerId, quote.CityId, quote.VehicleClass, quote.Fare) != expected)
        {
            throw new InvalidOperationException($"Ride request {rideRequestId} carries a quote that is not ours or not its own.");
        }

        await PromotionUses.Reserve(quote, rideRequestId, clock.GetUtcNow(), transaction, ct);
        var waiting = await transaction.List<RideBill>(StoreQuote, Row(quote, rideRequestId), ct);
        foreach (var bill in waiting)
        {
            await bills.Conclude(bill, overdue: false, transaction, ct);
        }

        // Asked behind the ride's lock: whoever priced it meanwhile has committed.
        if (waiting.Count == 0 && await transaction.Find<bool>(WasPricedWithout, new { quote.QuoteId }, ct))
        {
            await PromotionUses.Release(quote.QuoteId, transaction, ct);
        }
    }

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
        Inputs = quote.Inputs is null ? null : JsonSerializer.Serialize(quote.Inputs, Json.Options),
        quote.QuotedAt,
        quote.ExpiresAt,
    };
}
