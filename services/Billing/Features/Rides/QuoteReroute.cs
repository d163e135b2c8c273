using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.Roads;
using Tumpang.ServiceDefaults;
using Tumpang.Zones;

namespace Tumpang.Billing.Features.Rides;

/// <summary>
/// What a ride would cost, all of it, if it went another way from here: what was driven as the meter has it, and the rest by road; from the pickup while the
/// passenger is not in the vehicle. Everything else is as in the quote that holds now. Like any quote it lives in its token; agreed to at ride, it takes the place of that one.
/// </summary>
internal static class QuoteReroute
{
    const string Find = """
        with heard as (select * from billing.rides where ride_id = @RideId and passenger_id = @UserId)
        """ + RideBills.SelectHeard;

    const string FindDriven = """
        select stops_reached, driven_metres, driven_seconds, driven_slow_metres, driven_slow_seconds, driven_to_latitude, driven_to_longitude
        from   billing.rides
        where  ride_id = @RideId
        """;

    public static async Task<Results<Ok<QuoteView>, ProblemHttpResult>> Handle(
        Guid rideId, RerouteRequest request, CurrentUser user, Database database, Cities cities, ZonesInForce zones, RoadMap roads, RideBills bills,
        QuoteToken tokens, CityClock clock, IOptions<BillingOptions> options, CancellationToken ct)
    {
        if (!zones.AreLoaded) return BillingProblems.Starting.ToHttp();
        if (await database.Find<RideBill>(Find, new { rideId, UserId = user.Id }, ct) is not { } bill) return Problem.NotFound("ride").ToHttp();
        if (bill.WhyNotReroute is { } problem) return problem.ToHttp();

        var driven = (await database.Find<Driven>(FindDriven, new { rideId }, ct))!;
        var (asked, here) = (new Itinerary(request.Stops, request.DropOff), driven.To ?? bill.QuotePickup!.Value);
        if (Refuse(asked, driven, here, cities.Find(bill.CityId!)!, zones.Now, options.Value) is { } refusal) return refusal.ToHttp();

        var policy = await bills.PolicyOf(bill, ct);
        var ahead = Way.Through(asked.From(here), roads);
        var inputs = (driven.Journey + ahead.Journey).Within(bill.Quoted!) with
        {
            Stops = driven.StopsReached + asked.Places.Count,
            ZonesMet = ZonesMet(policy, bill, here, ahead, asked.DropOff!.Value, zones.Now, roads),
        };
        var quote = QuoteOf(bill, policy, inputs, asked, driven, clock.GetUtcNow(), options.Value.RerouteQuoteLifetime);
        return TypedResults.Ok(QuoteView.Of(quote, tokens.Sign(quote)));
    }

    static Problem? Refuse(Itinerary asked, Driven driven, GeoPoint here, City city, ZoneIndex zones, BillingOptions options) =>
        asked.WhyNotPoints(driven.StopsReached) ?? asked.WhyNotServed(city, zones) ?? asked.WhyNotFar(here, options);

    /// <summary>Those of the way so far, as it should have been driven, and those of the rest.</summary>
    static IReadOnlyList<ZoneMet> ZonesMet(FarePolicy policy, RideBill bill, GeoPoint here, Way ahead, GeoPoint dropOff, ZoneIndex zones, RoadMap roads) =>
        ZonesOnTheWay.Of(
            policy, zones, bill.QuotePickup, dropOff, () => [.. Way.Through([bill.QuotePickup!.Value, here], roads).Bends, .. ahead.Bends]);

    static Quote QuoteOf(
        RideBill bill, FarePolicy policy, FareInputs inputs, Itinerary asked, Driven driven, DateTimeOffset now, TimeSpan lifetime)
    {
        var price = policy.PriceOf(inputs).Lowered(policy, inputs.Promotion);
        var stops = asked.Places;
        return new(
            Guid.CreateVersion7(), bill.PassengerId, bill.CityId!, bill.VehicleClass!.Value, bill.QuotePickup!.Value, asked.DropOff!.Value,
            policy.PolicyId, policy.Version, inputs.DistanceMetres, inputs.DurationSeconds, new(price.MinorUnits, policy.Currency), price.Lines,
            now, now + lifetime, null, inputs, stops.Count == 0 ? null : stops,
            new(bill.RideId, bill.QuoteId!.Value, driven.StopsReached, driven.Journey.DurationSeconds));
    }

    /// <summary>What the ride has come to, as it was last heard of; nothing before the first position.</summary>
    sealed class Driven
    {
        public short StopsReached { get; init; }
        public int? DrivenMetres { get; init; }
        public int? DrivenSeconds { get; init; }
        public int? DrivenSlowMetres { get; init; }
        public int? DrivenSlowSeconds { get; init; }
        public double? DrivenToLatitude { get; init; }
        public double? DrivenToLongitude { get; init; }

        public Journey Journey => new(DrivenMetres ?? 0, DrivenSeconds ?? 0, DrivenSlowMetres ?? 0, DrivenSlowSeconds ?? 0);

        public GeoPoint? To => DrivenToLatitude is { } latitude && DrivenToLongitude is { } longitude ? new(latitude, longitude) : null;
    }
}

/// <summary>Where else to, WGS 84.</summary>
/// <param name="Stops">Places on the way that are still to come, in order: all of them, also those that stay; absent for none.</param>
internal sealed record RerouteRequest(GeoPoint? DropOff = null, GeoPoint?[]? Stops = null);
