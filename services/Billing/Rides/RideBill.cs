using System.Text.Json;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Rides;

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

    /// <summary>Null when it was cancelled before phases were kept.</summary>
    public CancellationPhase? CancellationPhase { get; init; }

    /// <summary>Null when it was cancelled before reasons were kept.</summary>
    public string? CancelReason { get; init; }

    public DateTimeOffset? AssignedAt { get; init; }
    public DateTimeOffset? ArrivedAt { get; init; }
    public bool Queued { get; init; }

    /// <summary>We owe the passenger something; it may be in another currency.</summary>
    public bool HasCredit { get; init; }

    /// <summary>The driver's, in force when the ride was matched; null for none.</summary>
    public Guid? SubscriptionId { get; init; }
    public Guid? QuoteId { get; init; }

    /// <summary>The quote of the match; null when that has not been heard of, or was before it was kept.</summary>
    public Guid? MatchedQuoteId { get; init; }

    /// <summary>The quote's promotion was one use too many for the passenger.</summary>
    public bool PromotionBeyondLimit { get; init; }
    public Guid? QuotePolicyId { get; init; }
    public int? QuotePolicyVersion { get; init; }
    public int? QuoteDistanceMetres { get; init; }
    public int? QuoteDurationSeconds { get; init; }
    public string? QuoteBreakdown { get; init; }
    public string? QuoteInputs { get; init; }
    public int? WaitedSeconds { get; init; }
    public int? Stops { get; init; }
    public int[]? WaitedAtStops { get; init; }
    public int? PickupMetres { get; init; }
    public string? TrackPolyline { get; init; }
    public double? DropOffLatitude { get; init; }
    public double? DropOffLongitude { get; init; }
    public double? QuotePickupLatitude { get; init; }
    public double? QuotePickupLongitude { get; init; }
    public double? QuoteDropOffLatitude { get; init; }
    public double? QuoteDropOffLongitude { get; init; }

    /// <summary>Where the ride ended; null when its end has not been heard of.</summary>
    public GeoPoint? DropOff => Point(DropOffLatitude, DropOffLongitude);

    /// <summary>Where it was quoted from.</summary>
    public GeoPoint? QuotePickup => Point(QuotePickupLatitude, QuotePickupLongitude);

    /// <summary>Where it was quoted to.</summary>
    public GeoPoint? QuoteDropOff => Point(QuoteDropOffLatitude, QuoteDropOffLongitude);

    /// <summary>The driver has not set out yet. Of one who has arrived, that they set out is still to be heard of.</summary>
    public bool IsQueued => Queued && AssignedAt is null && ArrivedAt is null;

    /// <summary>Why there is no cancellation to preview; null when there is.</summary>
    public Problem? WhyNotCancel => this switch
    {
        { CityId: null } or { QuotePolicyId: null } or { AssignedAt: null, IsQueued: false } => BillingProblems.RideNotKnownYet,
        { CompletedAt: not null } or { CancelledAt: not null } => BillingProblems.RideIsOver,
        _ => null,
    };

    /// <summary>Why there is no other way to price; null when there is.</summary>
    public Problem? WhyNotReroute => this switch
    {
        { CompletedAt: not null } or { CancelledAt: not null } => BillingProblems.NotUnderWay,
        { CityId: null } or { QuotePolicyId: null } or { QuoteInputs: null } => BillingProblems.RideNotKnownYet,
        _ => null,
    };

    /// <summary>When the tariff applies from: surcharges go by the start of the ride.</summary>
    public DateTimeOffset PricedAt => StartedAt ?? CompletedAt ?? CancelledAt ?? AssignedAt ?? default;

    /// <summary>
    /// Whether the ride can be priced now. Once <paramref name="overdue"/>, what is missing of track and quote is done without;
    /// city and payment method cannot be. A cancellation waits for the quote whose tariff says what it costs, the driver's also for what was agreed at the match.
    /// </summary>
    public bool IsReady(bool overdue) =>
        Status == "Open" && CityId is not null && PaymentMethodId is not null
        && (CancelledAt is not null
            ? overdue || CancelledBy is Party.System || (QuotePolicyId is not null && (CancelledBy is Party.Passenger || MatchedQuoteId is not null))
            : CompletedAt is not null && (overdue || (TrackAcceptedPoints is not null && QuotePolicyId is not null)));

    /// <summary>What is owed; null when nothing is, because the cancellation is free. A driver may give a whole ride away: that is a fare of zero.</summary>
    /// <param name="zonesMet">Those of the policy's zones that the ride met.</param>
    public Fare? Conclude(FarePolicy policy, LocalPickup pickup, DateTimeOffset now, IReadOnlyList<ZoneMet>? zonesMet = null)
    {
        if (CancelledAt is null)
        {
            return PriceOfRide(policy, pickup, zonesMet ?? [], now);
        }

        var ride = Cancelled;
        return policy.Cancellation.FeeOf(CancelledBy!.Value, ride) == 0
            ? null
            : Owed(
                FareKind.Cancellation, FareBasis.Policy, policy, default(Journey).From(pickup) with { Cancelled = ride }, Rounding.AllBasisPoints, 0, 0, now);
    }

    /// <summary>
    /// What a driver is free to refuse: the passenger has changed the ride since the match, or it is not known whether they have.
    /// </summary>
    public bool IsNotAsAccepted => MatchedQuoteId is null || MatchedQuoteId != QuoteId;

    /// <summary>What the driver owes for giving it up, zero for most; null where that cannot be known, or it was not the driver's doing.</summary>
    public long? DriverFeeMinorUnits(FarePolicy policy) =>
        CancelledBy is not Party.Driver || QuotePolicyId is null || MatchedQuoteId is null || CancelReason is null ? null
        : IsNotAsAccepted ? 0
        : policy.Cancellation.DriverFeeOf(Party.Driver, CancelReason, Cancelled);

    CancelledRide Cancelled =>
        new(CancellationPhase ?? ServiceDefaults.CancellationPhase.OnTheWay, AssignedAt ?? CancelledAt!.Value, CancelledAt!.Value);

    Fare PriceOfRide(FarePolicy policy, LocalPickup pickup, IReadOnlyList<ZoneMet> zonesMet, DateTimeOffset now)
    {
        var track = Track;
        var distance = track?.DistanceMetres ?? QuoteDistanceMetres ?? 0;
        var duration = track?.DurationSeconds ?? QuoteDurationSeconds ?? (int)(CompletedAt!.Value - StartedAt!.Value).TotalSeconds;
        var quoted = Quoted;
        var (basis, inputs) = track is { } journey && (policy.Mode == PricingMode.Metered || Deviates(policy, journey))
            ? (FareBasis.Track, journey.From(pickup) with
            {
                PickupMetres = PickupMetres ?? 0,
                Stops = Stops ?? 0,
                ZonesMet = zonesMet,
                Promotion = quoted?.Promotion,
                Surge = quoted?.Surge,
            })
            : (FareBasis.Quote, QuotedInputs(quoted, pickup));
        return Owed(
            FareKind.Ride, basis, policy, inputs with { WaitedSeconds = WaitedSeconds ?? 0, WaitedAtStops = WaitedAtStops, TipMinorUnits = TipMinorUnits },
            FareFactorBasisPoints!.Value, distance, duration, now);
    }

    /// <summary>What was driven; null when too little of it was seen.</summary>
    Journey? Track => TrackAcceptedPoints >= FewestTrackPoints
        ? new(TrackDistanceMetres!.Value, TrackDurationSeconds!.Value, TrackSlowDistanceMetres!.Value, TrackSlowSeconds!.Value)
        : null;

    /// <summary>Without its quote nobody can say that a ride has become another one. Waits on the way are priced by themselves.</summary>
    bool Deviates(FarePolicy policy, Journey driven) =>
        QuoteDistanceMetres is { } metres && QuoteDurationSeconds is { } seconds
        && policy.Deviation.Deviates(
            DropOff is { } ended && QuoteDropOff is { } agreed ? ended.MetresTo(agreed) : 0,
            (metres, seconds), (driven.DistanceMetres, driven.DurationSeconds - (WaitedAtStops ?? []).Sum()));

    /// <summary>What the quote was worked out from, without a promotion that is not given; null when it was lost.</summary>
    public FareInputs? Quoted => QuoteInputs is { } stored && JsonSerializer.Deserialize<FareInputs>(stored, Json.Options) is { } inputs
        ? PromotionBeyondLimit ? inputs with { Promotion = null } : inputs
        : null;

    /// <summary>What the quote charges for, before any promotion; null when it was lost.</summary>
    IReadOnlyList<FareLine>? QuotedLines => QuoteBreakdown is { } lines
        ? [.. JsonSerializer.Deserialize<List<FareLine>>(lines, Json.Options)!.Where(line => line.Code != Discount.Code)]
        : null;

    /// <summary>What the passenger was last told that the quote costs.</summary>
    public long PromisedMinorUnits => PromotionBeyondLimit ? QuotedLines!.Sum(line => line.AmountMinorUnits) : QuotedFareMinorUnits!.Value;

    /// <summary>The quote's own inputs with its lines, which stand.</summary>
    FareInputs QuotedInputs(FareInputs? quoted, LocalPickup pickup)
    {
        var inputs = quoted ?? new Journey(QuoteDistanceMetres ?? 0, QuoteDurationSeconds ?? 0, 0, 0).From(pickup);
        return inputs with { Quoted = QuotedLines ?? [new(Pricing.QuotedCode, QuotedFareMinorUnits!.Value)] };
    }

    Fare Owed(
        FareKind kind, FareBasis basis, FarePolicy policy, FareInputs inputs, int factor, int distanceMetres, int durationSeconds, DateTimeOffset now)
    {
        var (shares, payment) = (Recomputation.SharesOf(policy.Under(SubscriptionId), inputs, factor), new PaymentChoice(PaymentMethodId!.Value, PaymentMethodKind!.Value));
        return new(
            Guid.CreateVersion7(), RideId, kind, basis, PassengerId, DriverId, policy.PolicyId, policy.Version, policy.Currency, distanceMetres, durationSeconds,
            factor, shares, inputs, payment, now)
        { SubscriptionId = SubscriptionId };
    }

    static GeoPoint? Point(double? latitude, double? longitude) => latitude is { } north && longitude is { } east ? new(north, east) : null;
}
