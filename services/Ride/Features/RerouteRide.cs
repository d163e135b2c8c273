using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Rides.Features;

/// <summary>
/// The passenger goes elsewhere or by other places, having seen the price: billing's quote for this ride as it stands. That may be while the driver is on
/// the way, at the pickup, or with the passenger in the vehicle. Places that were reached stay; those ahead are the quote's. The driver is told at once.
/// </summary>
static class RerouteRide
{
    /// <param name="QuoteToken">From POST /v1/rides/{rideId}/reroute-quote.</param>
    public sealed record Request(string? QuoteToken = null);

    /// <param name="Fare">As agreed.</param>
    public sealed record Answer(Guid RideId, RideStatus Status, long Version, GeoPoint DropOff, IReadOnlyList<StopView>? Stops, Money Fare);

    // The version that was seen, and with it the status: whoever arrives, starts, cancels or ends the ride in this moment comes before or after, never between.
    const string Save = """
        update ride.rides
        set    drop_off = platform.point(@Latitude, @Longitude), stops = @Stops::jsonb, quote_id = @QuoteId, quoted_fare_minor_units = @FareMinorUnits,
               priced_until = @PricedUntil, version = @Version, updated_at = now()
        where  ride_id = @RideId and status = @Status and version = @Version - 1
        """;

    public static async Task<IResult> Handle(
        Guid rideId, Request request, CurrentUser user, QuoteToken quotes, CityClock clock, Transaction transaction, CancellationToken ct)
    {
        if (request.QuoteToken is not { Length: > 0 } token) return Problem.Invalid("quoteToken", "Send the quote that the passenger agrees to.").ToHttp();
        if (await RideStore.Find(transaction, rideId, user.Id, ct) is not { } ride || ride.PassengerId != user.Id) return RideProblems.NotFound.ToHttp();

        var quote = quotes.Read(token);
        var decision = ride.Reroute(quote, token, clock.GetUtcNow());
        if (decision.Event is not { } rerouted) return decision.Problem!.ToHttp();

        IReadOnlyList<Stop> stops = [.. ride.Stops.Where(stop => stop.ArrivedAt is not null), .. Stops.At(rerouted.StopsAhead)];
        var step = new OnTheWay("Rerouted", ride.Status, Party.Passenger, Agreed: rerouted);
        return await RideStore.Proceed(transaction, Save, Row(rerouted, ride, stops, quote!.Change!), rerouted, step, ct)
            ? TypedResults.Ok(new Answer(rideId, ride.Status, rerouted.Version, rerouted.DropOff, Stops.ToViews(stops), rerouted.QuotedFare))
            : (await RideStore.LostTheRace(transaction, rideId, ct)).ToHttp();
    }

    static object Row(RideRerouted rerouted, Ride ride, IReadOnlyList<Stop> stops, QuotedChange change) => new
    {
        rerouted.RideId,
        Status = ride.Status.ToString(),
        PricedUntil = ride.StartedAt?.AddSeconds(change.DrivenSeconds),
        rerouted.DropOff.Latitude,
        rerouted.DropOff.Longitude,
        Stops = Stops.Write(stops),
        rerouted.QuoteId,
        FareMinorUnits = rerouted.QuotedFare.MinorUnits,
        rerouted.Version,
    };
}
