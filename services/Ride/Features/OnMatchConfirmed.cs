using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Rides.Features;

/// <summary>
/// Creates the ride of a match, once; queued, when the driver still drives another passenger. When one of its sides is still in another ride, or cancelled before the ride existed, it is created
/// cancelled: match hears of it and frees both.
/// </summary>
sealed class OnMatchConfirmed : IEventHandler<MatchConfirmed>
{
    const string Insert = """
        insert into ride.rides (
            ride_id, match_id, ride_request_id, driver_id, passenger_id, city_id, vehicle_class, status, pickup, drop_off,
            quote_id, quoted_fare_minor_units, quoted_fare_currency, payment_method_id, payment_method_kind,
            tip_minor_units, after_ride_id, start_pin, assigned_at, driver_due_at, cancelled_at, cancelled_by, cancel_reason, version, stops)
        values (
            @RideId, @OfferId, @RideRequestId, @DriverId, @PassengerId, @CityId, @VehicleClass, @Status,
            platform.point(@PickupLatitude, @PickupLongitude), platform.point(@DropOffLatitude, @DropOffLongitude),
            @QuoteId, @Fare, @Currency, @PaymentMethodId, @PaymentMethodKind,
            @TipMinorUnits, @AfterRideId, @StartPin, @AssignedAt, @DriverDueAt, @CancelledAt, @CancelledBy, @CancelReason, @Version,
            @Stops::jsonb)
        on conflict do nothing
        """;

    // Locked, so that the ride before cannot end unseen between this look and the insert.
    const string LockRideBefore = """
        select status in ('DriverAssigned', 'DriverArrived', 'InProgress') from ride.rides where ride_id = @AfterRideId for update
        """;

    const string FindEarlyCancellation = """
        select user_id, reason, cancelled_at from ride.early_cancellations
        where  ride_id = @RideId and user_id in (@PassengerId, @DriverId)
        order  by cancelled_at
        limit  1
        """;

    public async Task Handle(MatchConfirmed happened, Transaction transaction, CancellationToken ct)
    {
        await EarlyCancellations.Lock(transaction, happened.RideId, ct);
        var mustWait = happened.AfterRideId is not null && await transaction.Find<bool>(LockRideBefore, new { happened.AfterRideId }, ct);
        var status = mustWait ? RideStatus.Queued : RideStatus.DriverAssigned;
        if (await transaction.Find<EarlyCancellation>(FindEarlyCancellation, new { happened.RideId, happened.PassengerId, happened.DriverId }, ct) is { } early)
        {
            var by = early.UserId == happened.DriverId ? Party.Driver : Party.Passenger;
            await CreateCancelled(transaction, happened, status, by, early.Reason, ct);
        }
        else if (await transaction.Execute(Insert, Row(happened, status, cancelled: null), ct) == 1)
        {
            RideStore.Record(transaction, Created(happened, status), new(null, status, Party.System));
        }
        else if (await RideStore.Find(transaction, happened.RideId, ct) is null)
        {
            await CreateCancelled(transaction, happened, status, Party.System, "already-on-a-ride", ct);
        }
    }

    static async Task CreateCancelled(Transaction transaction, MatchConfirmed happened, RideStatus status, Party by, string reason, CancellationToken ct)
    {
        var cancelled = new RideCancelled(
            happened.RideId, happened.RideRequestId, happened.PassengerId, happened.DriverId, by, reason, status,
            happened.OccurredAt, happened.QuoteId, happened.Payment, happened.DropOff, happened.Stops, happened.QuotedFare)
        { OccurredAt = happened.OccurredAt, Version = 2 };
        if (await transaction.Execute(Insert, Row(happened, RideStatus.Cancelled, cancelled), ct) == 1)
        {
            RideStore.Record(transaction, Created(happened, status), new(null, status, Party.System));
            RideStore.Record(transaction, cancelled, new(status, RideStatus.Cancelled, by, reason));
        }
    }

    static RideCreated Created(MatchConfirmed happened, RideStatus status) => new(
        happened.RideId, happened.RideRequestId, happened.PassengerId, happened.DriverId, happened.CityId, happened.VehicleClass,
        happened.Pickup, happened.DropOff, happened.QuoteId, happened.QuotedFare, happened.Payment, happened.Tip,
        (int)happened.DriverPosition.MetresTo(happened.Pickup), status is RideStatus.Queued ? happened.AfterRideId : null, happened.Stops)
    { OccurredAt = happened.OccurredAt, Version = 1 };

    /// <summary>25 km/h by roads that are 1.27 times as long as the straight line, as dispatch reckons where it knows no roads.</summary>
    static TimeSpan DriveTo(GeoPoint pickup, GeoPoint driver) => TimeSpan.FromSeconds(Math.Round(driver.MetresTo(pickup) * 1.27 / (25 / 3.6)));

    static object Row(MatchConfirmed happened, RideStatus status, RideCancelled? cancelled) => new
    {
        happened.RideId,
        happened.OfferId,
        happened.RideRequestId,
        happened.DriverId,
        happened.PassengerId,
        happened.CityId,
        VehicleClass = happened.VehicleClass.ToString(),
        Status = status.ToString(),
        PickupLatitude = happened.Pickup.Latitude,
        PickupLongitude = happened.Pickup.Longitude,
        DropOffLatitude = happened.DropOff.Latitude,
        DropOffLongitude = happened.DropOff.Longitude,
        happened.QuoteId,
        Fare = happened.QuotedFare.MinorUnits,
        happened.QuotedFare.Currency,
        happened.Payment.PaymentMethodId,
        PaymentMethodKind = happened.Payment.Kind.ToString(),
        TipMinorUnits = happened.Tip?.MinorUnits ?? 0,
        happened.AfterRideId,
        StartPin = StartPin.New(),
        AssignedAt = happened.OccurredAt,
        DriverDueAt = happened.OccurredAt + DriveTo(happened.Pickup, happened.DriverPosition),
        CancelledAt = cancelled?.OccurredAt,
        CancelledBy = cancelled?.By.ToString(),
        CancelReason = cancelled?.Reason,
        Version = cancelled?.Version ?? 1,
        Stops = Stops.Write(Stops.At(happened.Stops)),
    };

    sealed record EarlyCancellation(Guid UserId, string Reason, DateTimeOffset CancelledAt);
}
