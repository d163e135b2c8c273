using System.Text.Json;
using Tumpang.Billing.Fares;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing;

/// <summary>
/// What billing has heard of one ride, in whatever order it came: its creation, its quote, its end, its track.
/// A row of billing.rides with the quote beside it.
/// </summary>
internal sealed record RideBill
{
    /// <summary>A track of fewer points has no length.</summary>
    const int FewestTrackPoints = 2;

    public Guid RideId { get; init; }
    public Guid PassengerId { get; init; }
    public Guid DriverId { get; init; }
    public string Status { get; init; } = "";
    public long Version { get; init; }
    public string? CityId { get; init; }
    public VehicleClass? VehicleClass { get; init; }
    public long? QuotedFareMinorUnits { get; init; }
    public Guid? PaymentMethodId { get; init; }
    public PaymentMethodKind? PaymentMethodKind { get; init; }
    public long TipMinorUnits { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? CompletedAt { get; init; }
    public int? FareFactorBasisPoints { get; init; }
    public int? TrackDistanceMetres { get; init; }
    public int? TrackDurationSeconds { get; init; }
    public int? TrackSlowSeconds { get; init; }
    public int? TrackSlowDistanceMetres { get; init; }
    public int? TrackAcceptedPoints { get; init; }
    public DateTimeOffset? CancelledAt { get; init; }
    public Party? CancelledBy { get; init; }
    public DateTimeOffset? AssignedAt { get; init; }
    public Guid? QuotePolicyId { get; init; }
    public int? QuotePolicyVersion { get; init; }
    public int? QuoteDistanceMetres { get; init; }
    public int? QuoteDurationSeconds { get; init; }
    public string? QuoteBreakdown { get; init; }

    /// <summary>When the tariff applies from: surcharges go by the start of the ride.</summary>
    public DateTimeOffset PricedAt => StartedAt ?? CompletedAt ?? CancelledAt ?? default;

    /// <summary>
    /// Whether the ride can be priced now. Once <paramref name="overdue"/>, what is missing of track and quote is done without;
    /// city and payment method cannot be.
    /// </summary>
    public bool IsReady(bool overdue) =>
        Status == "Open" && CityId is not null && PaymentMethodId is not null
        && (CancelledAt is not null || (CompletedAt is not null && (overdue || (TrackAcceptedPoints is not null && QuotePolicyId is not null))));

    /// <summary>What is owed; null when nothing is, because the cancellation is free. A driver may give a whole ride away: that is a fare of zero.</summary>
    public Fare? Conclude(FarePolicy policy, LocalPickup pickup, DateTimeOffset now)
    {
        if (CancelledAt is null)
        {
            var (basis, price, distance, duration) = PriceOfRide(policy, pickup);
            return Owed(FareKind.Ride, basis, policy, FareShares.Of(policy, price, FareFactorBasisPoints!.Value, TipMinorUnits), FareFactorBasisPoints.Value, distance, duration, now);
        }

        var fee = policy.Cancellation.FeeOf(CancelledBy!.Value, AssignedAt ?? CancelledAt.Value, CancelledAt.Value);
        return fee == 0
            ? null
            : Owed(FareKind.Cancellation, FareBasis.Policy, policy, FareShares.Of(policy, new([new("cancellation", fee)]), Rounding.AllBasisPoints), Rounding.AllBasisPoints, 0, 0, now);
    }

    (FareBasis Basis, Price Price, int DistanceMetres, int DurationSeconds) PriceOfRide(FarePolicy policy, LocalPickup pickup)
    {
        var track = TrackAcceptedPoints >= FewestTrackPoints
            ? new Journey(TrackDistanceMetres!.Value, TrackDurationSeconds!.Value, TrackSlowDistanceMetres!.Value, TrackSlowSeconds!.Value)
            : (Journey?)null;
        var distance = track?.DistanceMetres ?? QuoteDistanceMetres ?? 0;
        var duration = track?.DurationSeconds ?? QuoteDurationSeconds ?? (int)(CompletedAt!.Value - StartedAt!.Value).TotalSeconds;
        return policy.Mode == PricingMode.Metered && track is { } journey
            ? (FareBasis.Track, policy.PriceOf(journey, pickup), distance, duration)
            : (FareBasis.Quote, QuotedPrice(), distance, duration);
    }

    Price QuotedPrice() => new(QuoteBreakdown is { } lines
        ? JsonSerializer.Deserialize<List<FareLine>>(lines, Json.Options)!
        : [new("quoted", QuotedFareMinorUnits!.Value)]);

    Fare Owed(FareKind kind, FareBasis basis, FarePolicy policy, FareShares shares, int factor, int distanceMetres, int durationSeconds, DateTimeOffset now) => new(
        Guid.CreateVersion7(), RideId, kind, basis, PassengerId, DriverId, policy.PolicyId, policy.Version, policy.Currency, distanceMetres, durationSeconds,
        factor, shares, new(PaymentMethodId!.Value, PaymentMethodKind!.Value), now);
}
