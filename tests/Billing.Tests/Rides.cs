using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Tests;

/// <summary>One ride and every event that billing may hear of it, as the other services would publish them.</summary>
sealed record Ride(string CityId, PaymentMethodKind Paying)
{
    /// <summary>14:00 in New York on a Monday; 02:00 in Jakarta, where the hour makes no difference.</summary>
    public DateTimeOffset StartedAt { get; init; } = new(2013, 11, 18, 19, 0, 0, TimeSpan.Zero);

    public Guid RideId { get; } = Guid.CreateVersion7();
    public Guid RequestId { get; } = Guid.CreateVersion7();
    public Guid QuoteId { get; init; } = Guid.CreateVersion7();
    public Guid OrderId { get; } = Guid.CreateVersion7();
    public Guid PassengerId { get; init; } = Guid.CreateVersion7();
    public Guid DriverId { get; init; } = Guid.CreateVersion7();
    public PaymentChoice Payment { get; } = new(Guid.CreateVersion7(), Paying);

    /// <summary>12.00 dollars, or 15 000 rupiah.</summary>
    public Money QuotedFare => CityId == "nyc" ? new(1_200, "USD") : new(1_500_000, "IDR");

    public GeoPoint Pickup => CityId == "nyc" ? new(40.7580, -73.9855) : new(-6.1754, 106.8272);
    public GeoPoint DropOff => CityId == "nyc" ? new(40.7830, -73.9655) : new(-6.2000, 106.8456);

    public static Ride InNewYork() => new("nyc", PaymentMethodKind.Card);

    public static Ride InJakarta() => new("jakarta", PaymentMethodKind.Cash);

    /// <param name="policyId">The policy that it was quoted under; the city's own when nothing is said.</param>
    public RideRequested Requested(QuoteToken tokens, VehicleClass vehicleClass = VehicleClass.Standard, Guid? policyId = null)
    {
        var policy = CityId == "nyc" ? Samples.NycTaxi : Samples.Nebengjek;
        FareLine[] lines = CityId == "nyc" ? [new("base", 250), new("meter", 900), new("mta-tax", 50)] : [new("distance", 1_500_000)];
        var quote = new Quote(
            QuoteId, PassengerId, CityId, vehicleClass, Pickup, DropOff, policyId ?? policy.PolicyId, 1, 5_000, 900, QuotedFare, lines,
            StartedAt.AddMinutes(-6), StartedAt.AddMinutes(-1));
        return new(RequestId, PassengerId, CityId, vehicleClass, Pickup, DropOff, QuoteId, tokens.Sign(quote), QuotedFare, Payment, StartedAt)
        {
            OccurredAt = StartedAt.AddMinutes(-5),
            Version = 1,
        };
    }

    /// <summary>Under a quote as billing makes them, of a way of so many metres: its lines follow from its inputs.</summary>
    public RideRequested RequestedHonestly(QuoteToken tokens, int metres, PromotionTerms? promotion = null)
    {
        var (requested, inputs) = (Requested(tokens), new FareInputs(metres, 900, 0, 0, new(2013, 11, 18, 14, 0, 0), IsHoliday: false) { Promotion = promotion });
        var price = Samples.NycTaxi.PriceOf(inputs).Lowered(Samples.NycTaxi, promotion);
        var fare = new Money(price.MinorUnits, "USD");
        var quote = tokens.Read(requested.QuoteToken)! with { DistanceMetres = metres, Fare = fare, Breakdown = price.Lines, Inputs = inputs };
        return requested with { QuotedFare = fare, QuoteToken = tokens.Sign(quote) };
    }

    /// <summary>The request had this other quote before.</summary>
    public DropOffChanged ChangedFrom(Guid previousQuoteId, QuoteToken tokens)
    {
        var requested = Requested(tokens);
        return new(RequestId, PassengerId, CityId, requested.VehicleClass, DropOff, QuoteId, requested.QuoteToken, QuotedFare, previousQuoteId)
        {
            OccurredAt = StartedAt.AddMinutes(-4.5),
            Version = 2,
        };
    }

    /// <summary>While riding the passenger agreed to another quote, of 18.00 dollars, for a drop-off a kilometre further on.</summary>
    public RideRerouted Rerouted(Guid quoteId, QuoteToken tokens, Guid? previousQuoteId = null, long version = 4, Guid? policyId = null)
    {
        var further = new GeoPoint(DropOff.Latitude + 0.009, DropOff.Longitude);
        var quote = tokens.Read(Requested(tokens, policyId: policyId).QuoteToken)! with
        {
            QuoteId = quoteId,
            DropOff = further,
            Fare = new(1_800, "USD"),
            Breakdown = [new("base", 250), new("meter", 1_500), new("mta-tax", 50)],
            Change = new(RideId, previousQuoteId ?? QuoteId, 0),
        };
        return new(
            RideId, RequestId, PassengerId, DriverId, CityId, VehicleClass.Standard, further, [], quoteId, quote.Fare, previousQuoteId ?? QuoteId,
            tokens.Sign(quote))
        { OccurredAt = StartedAt.AddMinutes(5), Version = version };
    }

    public RideCreated Created() => new(RideId, RequestId, PassengerId, DriverId, CityId, VehicleClass.Standard, Pickup, DropOff, QuoteId, QuotedFare, Payment)
    {
        OccurredAt = StartedAt.AddMinutes(-4),
        Version = 1,
    };

    public RideProgressed Progressed(int metres, int seconds, long version) => new(RideId, PassengerId, DriverId, Pickup, metres, seconds)
    {
        OccurredAt = StartedAt.AddSeconds(seconds),
        Version = version,
    };

    public RideCompleted Completed(int factor = 10_000) => new(RideId, PassengerId, DriverId, DropOff, StartedAt, StartedAt.AddMinutes(12), factor)
    {
        OccurredAt = StartedAt.AddMinutes(12),
        Version = 4,
    };

    public RideTrackClosed Tracked(int metres = 3_219, int points = 40, int slowSeconds = 0) =>
        new(RideId, PassengerId, DriverId, metres, 720, slowSeconds, 0, points, "_p~iF~ps|U_ulLnnqC")
        {
            OccurredAt = StartedAt.AddMinutes(12),
            Version = 9,
        };

    public RideCancelled Cancelled(Party by, int secondsAfterMatch) =>
        new(RideId, RequestId, PassengerId, DriverId, by, "changed my mind", RideStatus.DriverAssigned, StartedAt.AddMinutes(-4), QuoteId, Payment)
        {
            OccurredAt = StartedAt.AddMinutes(-4).AddSeconds(secondsAfterMatch),
            Version = 2,
        };

    public QueuedRideBegan Began() => new(RideId, PassengerId, DriverId) { OccurredAt = StartedAt.AddMinutes(-4), Version = 2 };

    /// <summary>When the driver is at the pickup, as the cancelled ride had it.</summary>
    public RideCancelled CancelledAtPickup(Party by, int secondsAfterMatch, string reason = "other") =>
        Cancelled(by, secondsAfterMatch) with { CancelledIn = RideStatus.DriverArrived, Reason = reason, Version = 3 };

    public DriverArrived Arrived(int secondsAfterMatch = 60) => new(RideId, PassengerId, DriverId, Pickup)
    {
        OccurredAt = StartedAt.AddMinutes(-4).AddSeconds(secondsAfterMatch),
        Version = 2,
    };

    public PaymentSucceeded Paid(Money amount) => new(OrderId, RideId, PassengerId, DriverId, amount, Paying)
    {
        OccurredAt = StartedAt.AddMinutes(13),
        Version = 2,
    };

    public PaymentPartCollected PartlyPaid(Money amount) => new(Guid.CreateVersion7(), OrderId, RideId, PassengerId, DriverId, amount, Paying)
    {
        OccurredAt = StartedAt.AddMinutes(14),
        Version = 1,
    };

    public PaymentFailed Declined(Money amount) => new(OrderId, RideId, PassengerId, DriverId, amount, "card-declined")
    {
        OccurredAt = StartedAt.AddMinutes(13),
        Version = 1,
    };

    public RefundSucceeded Refunded(Money amount) => new(Guid.CreateVersion7(), OrderId, RideId, PassengerId, DriverId, amount)
    {
        OccurredAt = StartedAt.AddMinutes(20),
        Version = 3,
    };

    /// <summary>The bank has decided for the passenger; without a fee.</summary>
    public ChargebackLost TakenBack(Money amount) =>
        new(Guid.CreateVersion7(), OrderId, RideId, PassengerId, DriverId, amount, Money.Zero(amount.Currency))
        {
            OccurredAt = StartedAt.AddMinutes(25),
            Version = 4,
        };

    public ChargebackSetOff SetOff(Money amount) => new(Guid.CreateVersion7(), OrderId, RideId, PassengerId, DriverId, amount)
    {
        OccurredAt = StartedAt.AddMinutes(26),
        Version = 5,
    };

    public PaymentWrittenOff WrittenOff(Money amount) => new(OrderId, RideId, PassengerId, DriverId, amount) { OccurredAt = StartedAt.AddMinutes(30), Version = 4 };

    public PaymentVoided Voided(Money amount) => new(OrderId, RideId, PassengerId, DriverId, amount) { OccurredAt = StartedAt.AddMinutes(30), Version = 4 };
}
