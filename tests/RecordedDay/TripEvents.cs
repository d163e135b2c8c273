using System.Text.Json;
using Tumpang.Contracts;
using Tumpang.Roads;

namespace Tumpang.RecordedDay;

/// <summary>What match, ride and location would say of one ride under a quote. Times, distance and duration are the recorded ones.</summary>
sealed record TripEvents(
    DayRecord Record, DayTrip Trip, Fate Fate, Guid RideRequestId, Guid RideId, Guid PassengerId, Guid DriverId, PaymentChoice Payment, JsonElement Quote)
{
    /// <summary>How long before the pickup a driver is found; not recorded.</summary>
    public static readonly TimeSpan OnTheWay = TimeSpan.FromMinutes(3);

    /// <summary>Where a cab comes from, straight metres; not recorded.</summary>
    const int PickupMetres = 900;

    /// <summary>How much of a trip is slow is not recorded: this part of the time, and of the way.</summary>
    const double SlowShareOfTime = 0.3, SlowShareOfWay = 0.1;

    DateTimeOffset MatchedAt => Trip.PickedUpAt - OnTheWay;

    Guid QuoteId => Quote.GetProperty("quoteId").GetGuid();

    Money Fare => new(Quote.GetProperty("fare").GetProperty("minorUnits").GetInt64(), Record.Currency);

    public RideRequested Requested(DateTimeOffset now, DateTimeOffset searchEndsAt) => new(
        RideRequestId, PassengerId, Record.CityId, VehicleClass.Standard, Trip.Pickup, Trip.DropOff, QuoteId,
        Quote.GetProperty("token").GetString()!, Fare, Payment, searchEndsAt)
    { OccurredAt = now, Version = 1 };

    public RideCreated Created() => new(
        RideId, RideRequestId, PassengerId, DriverId, Record.CityId, VehicleClass.Standard, Trip.Pickup, Trip.DropOff, QuoteId, Fare, Payment,
        Fate.TipMinorUnits > 0 ? new Money(Fate.TipMinorUnits, Record.Currency) : null, PickupMetres)
    { OccurredAt = MatchedAt, Version = 1 };

    public RideCancelled Cancelled(Party by, string reason, DateTimeOffset now) => new(
        RideId, RideRequestId, PassengerId, DriverId, by, reason, RideStatus.DriverAssigned, MatchedAt, QuoteId, Payment)
    { OccurredAt = now, Version = 2 };

    public RideCompleted Completed() => new(
        RideId, PassengerId, DriverId, Trip.DropOff, Trip.PickedUpAt, Trip.DroppedOffAt, Fate.FactorBasisPoints, Fate.WaitedSeconds)
    { OccurredAt = Trip.DroppedOffAt, Version = 4 };

    public RideTrackClosed TrackClosed() => new(
        RideId, PassengerId, DriverId, Trip.Metres, Trip.Seconds, (int)(Trip.Seconds * SlowShareOfTime), (int)(Trip.Metres * SlowShareOfWay),
        AcceptedPoints: 2, EncodedPolyline.Encode([Trip.Pickup, Trip.DropOff]))
    { OccurredAt = Trip.DroppedOffAt, Version = 1 };
}
