using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.Roads;
using Tumpang.ServiceDefaults;
using Tumpang.Zones;

namespace Tumpang.Billing.Features.Quotes;

/// <summary>
/// Prices a trip for every vehicle class of the city. Each quote binds us until it expires; it lives in its signed token,
/// so quoting writes and reads no row, but for a promotion: what it gives is held before the answer is sent.
/// </summary>
internal static class QuoteRides
{
    public static async Task<Results<Ok<QuotesView>, ProblemHttpResult>> Handle(
        QuoteRequest request, CurrentUser user, Cities cities, ZonesInForce zones, RoadMap roads, FarePolicies policies, Promotions promotions,
        PromotionHolds holds, SurgeInForce surge, QuoteInterest interest, QuoteToken tokens, CityClock clock, BillingMetrics metrics, IOptions<BillingOptions> options,
        CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (!policies.AreLoaded || !zones.AreLoaded) return BillingProblems.Starting.ToHttp();
        if (Refuse(request, cities, zones.Now, now, options.Value) is { } problem) return problem.ToHttp();

        var (pickup, dropOff, pickupAt) = (request.Pickup!.Value, request.DropOff!.Value, Whole(request.PickupAt));
        var city = cities.At(pickup)!;
        var start = policies.PickupAt(city.Id, pickupAt ?? now);
        var tariffs = city.VehicleClasses.Select(vehicleClass => policies.Current(city.Id, vehicleClass, now, start.At)).OfType<FarePolicy>().ToList();
        if (tariffs.Count == 0) return BillingProblems.NoTariff.ToHttp();

        var offered = await promotions.For(city.Id, Normal(request.PromotionCode), user.Id, now, ct);
        if (offered.Problem is { } unusable) return unusable.ToHttp();

        var stops = request.Itinerary.Places;
        var way = Way.Through(request.Itinerary.From(pickup), roads);
        var journey = way.Journey.From(start) with { Stops = stops.Count };
        // What a ride costs at a later time nobody's demand of now can say.
        var demand = pickupAt is null ? surge.Now : SurgeMap.Empty;
        var trips = tariffs.Select(PricedBy).ToList();
        var promised = await holds.Hold(offered, user.Id, trips, ct);
        if (promised.Problem is { } exhausted) return exhausted.ToHttp();

        metrics.CountQuotes(tariffs.Count);
        if (demand.IsOn(city.Id)) interest.Note(city.Id, pickup, user.Id, now);
        return TypedResults.Ok(new QuotesView([.. trips.Select(QuoteOf).Select(quote => QuoteView.Of(quote, tokens.Sign(quote)))]));

        PricedTrip PricedBy(FarePolicy policy)
        {
            var inputs = journey with { ZonesMet = ZonesMet(policy), Surge = demand.At(city.Id, policy.VehicleClass, pickup, zones.Now) };
            return new(policy, inputs, policy.PriceOf(inputs));
        }

        IReadOnlyList<ZoneMet> ZonesMet(FarePolicy policy) =>
            ZonesOnTheWay.Of(policy, zones.Now, pickup, dropOff, () => [.. way.Bends]);

        Quote QuoteOf(PricedTrip trip)
        {
            var (policy, inputs, terms) = (trip.Policy, trip.Inputs, promised.Best(trip)?.Terms);
            var price = trip.Full.Lowered(policy, terms);
            return new(
                Guid.CreateVersion7(), user.Id, policy.CityId, policy.VehicleClass, pickup, dropOff, policy.PolicyId, policy.Version,
                inputs.DistanceMetres, inputs.DurationSeconds, new(price.MinorUnits, policy.Currency), price.Lines, now, now + options.Value.QuoteLifetime,
                pickupAt, inputs with { Promotion = terms }, stops.Count == 0 ? null : stops);
        }
    }

    static string? Normal(string? code) => string.IsNullOrWhiteSpace(code) ? null : code.Trim().ToUpperInvariant();

    /// <summary>In UTC and to the second: a time that every store keeps as it is, so that two quotes for one pickup say the same.</summary>
    static DateTimeOffset? Whole(DateTimeOffset? pickupAt) => pickupAt is { } at ? DateTimeOffset.FromUnixTimeSeconds(at.ToUnixTimeSeconds()) : null;

    static Problem? Refuse(QuoteRequest request, Cities cities, ZoneIndex zones, DateTimeOffset now, BillingOptions options)
    {
        if (request.Pickup is not { IsValid: true } pickup) return BillingProblems.NotAPoint("pickup");
        if (request.Itinerary.WhyNotPoints() is { } malformed) return malformed;
        if (cities.At(pickup) is not { } city) return BillingProblems.OutsideServiceArea("pickup");
        if ((Itinerary.WhyNotServed("pickup", pickup, city, zones) ?? request.Itinerary.WhyNotServed(city, zones)) is { } unserved) return unserved;

        return request.PickupAt <= now || request.PickupAt > now + options.QuotesAhead
            ? BillingProblems.PickupTimeInvalid(options.QuotesAhead)
            : request.Itinerary.WhyNotShort(pickup, options) ?? request.Itinerary.WhyNotFar(pickup, options);
    }
}

/// <summary>Where from and where to, WGS 84.</summary>
/// <param name="PickupAt">When to be picked up, city time; absent for at once. Surcharges are those of that time.</param>
/// <param name="PromotionCode">A code that the passenger was given; upper or lower case.</param>
/// <param name="Stops">Places on the way, in order; absent for none.</param>
internal sealed record QuoteRequest(
    GeoPoint? Pickup = null, GeoPoint? DropOff = null, DateTimeOffset? PickupAt = null, string? PromotionCode = null, GeoPoint?[]? Stops = null)
{
    [JsonIgnore]
    public Itinerary Itinerary => new(Stops, DropOff);
}

/// <summary>One quote per vehicle class.</summary>
internal sealed record QuotesView(IReadOnlyList<QuoteView> Quotes);

/// <summary>A binding price. The token is what a ride request carries.</summary>
/// <param name="DistanceMetres">By road, estimated.</param>
/// <param name="DurationSeconds">By road, estimated.</param>
/// <param name="ExpiresAt">City time.</param>
/// <param name="Breakdown">Sums to the fare.</param>
/// <param name="Promotion">What lowers it; absent when nothing does.</param>
/// <param name="SurgeBasisPoints">What demand multiplies the trip's price with, 13 000 for 1.3; absent when it does not.</param>
internal sealed record QuoteView(
    Guid QuoteId, VehicleClass VehicleClass, Money Fare, int DistanceMetres, int DurationSeconds, DateTimeOffset ExpiresAt, string Token,
    IReadOnlyList<FareLineView> Breakdown, PromotionInQuote? Promotion, int? SurgeBasisPoints)
{
    public static QuoteView Of(Quote quote, string token) => new(
        quote.QuoteId, quote.VehicleClass, quote.Fare, quote.DistanceMetres, quote.DurationSeconds, quote.ExpiresAt, token,
        FareLineView.Of(quote.Breakdown, quote.Fare.Currency),
        quote.Inputs?.Promotion is { } terms ? new(terms.PromotionId, terms.Code, terms.Name) : null,
        quote.Inputs?.Surge?.MultiplierBasisPoints);
}

/// <summary>A promotion, as the passenger sees it; how much it gives is a line of the breakdown.</summary>
/// <param name="Code">Absent when it applied by itself.</param>
internal sealed record PromotionInQuote(Guid PromotionId, string? Code, string Name);

/// <summary>One line of a breakdown, as the apps see it.</summary>
internal sealed record FareLineView(string Code, Money Amount)
{
    public static IReadOnlyList<FareLineView> Of(IReadOnlyList<FareLine> lines, string currency) =>
        [.. lines.Select(line => new FareLineView(line.Code, new(line.AmountMinorUnits, currency)))];
}
