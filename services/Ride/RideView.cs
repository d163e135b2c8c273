using Tumpang.Contracts;

namespace Tumpang.Rides;

/// <summary>A ride as its passenger and its driver see it. The PIN is not in it.</summary>
/// <param name="Version">Counts the transitions; compare it with the version of a pushed event.</param>
/// <param name="FareFactorBasisPoints">What the driver asked for, once completed.</param>
/// <param name="Tip">What the passenger promised the driver on top of the fare; absent for nothing.</param>
/// <param name="DriverDueAt">When the driver should be at the pickup, reckoned at the match, or when the driver sets out; city time.</param>
/// <param name="WaitingSeconds">How long the driver waited at the pickup, once the ride has started.</param>
/// <param name="AfterRideId">The ride that the driver was still driving when this one was promised; absent for none.</param>
/// <param name="Stops">Places on the way and how far the ride has come with them; absent for none.</param>
/// <param name="Timeline">What happened so far, oldest first; only for a single ride.</param>
/// <param name="PassengerStanding">What drivers think of the passenger; only for a single ride under way, absent before the first rating.</param>
/// <param name="DriverStanding">What passengers think of the driver, likewise.</param>
/// <param name="Vehicle">What the driver drives, likewise.</param>
sealed record RideView(
    Guid RideId, Guid RideRequestId, Guid PassengerId, Guid DriverId, string CityId, VehicleClass VehicleClass, RideStatus Status, long Version,
    GeoPoint Pickup, GeoPoint DropOff, Money QuotedFare, PaymentMethodKind PaymentMethodKind, DateTimeOffset AssignedAt, DateTimeOffset? ArrivedAt,
    DateTimeOffset? StartedAt, DateTimeOffset? CompletedAt, DateTimeOffset? CancelledAt, Party? CancelledBy, string? CancelReason,
    int? FareFactorBasisPoints, Money? Tip = null, DateTimeOffset? DriverDueAt = null, int? WaitingSeconds = null, Guid? AfterRideId = null,
    IReadOnlyList<StopView>? Stops = null, IReadOnlyList<RideStep>? Timeline = null, Standing? PassengerStanding = null,
    Standing? DriverStanding = null, VehicleView? Vehicle = null);

/// <summary>One transition of a ride, or what happened to it between two of them.</summary>
/// <param name="From">The status before it; absent for the first.</param>
/// <param name="Reason">Of a cancellation, or of a rule that acted.</param>
/// <param name="What">StopReached, StopLeft or Rerouted; absent for a transition.</param>
/// <param name="Stop">The number of the place that was reached or left.</param>
/// <param name="QuotedFareMinorUnits">What the passenger agreed to with another way, in the currency of the ride.</param>
sealed record RideStep(
    long Version, string? From, string Status, string By, DateTimeOffset At, string? Reason, string? What, short? Stop, long? QuotedFareMinorUnits);

/// <summary>Reading rides for people.</summary>
sealed record RideViewRow(
    Guid RideId, Guid RideRequestId, Guid PassengerId, Guid DriverId, string CityId, string VehicleClass, string Status, long Version,
    double PickupLatitude, double PickupLongitude, double DropOffLatitude, double DropOffLongitude, long QuotedFareMinorUnits, string QuotedFareCurrency,
    string PaymentMethodKind, DateTimeOffset AssignedAt, DateTimeOffset? ArrivedAt, DateTimeOffset? StartedAt, DateTimeOffset? CompletedAt,
    DateTimeOffset? CancelledAt, string? CancelledBy, string? CancelReason, int? FareFactorBasisPoints, long TipMinorUnits, DateTimeOffset? DriverDueAt,
    int? WaitingSeconds, Guid? AfterRideId, string? Stops)
{
    /// <summary>The columns of this row, from ride.rides.</summary>
    public const string Columns = """
        ride_id, ride_request_id, passenger_id, driver_id, city_id, vehicle_class, status, version,
        st_y(pickup::geometry) as pickup_latitude, st_x(pickup::geometry) as pickup_longitude,
        st_y(drop_off::geometry) as drop_off_latitude, st_x(drop_off::geometry) as drop_off_longitude,
        quoted_fare_minor_units, quoted_fare_currency, payment_method_kind, assigned_at, arrived_at, started_at, completed_at,
        cancelled_at, cancelled_by, cancel_reason, fare_factor_basis_points, tip_minor_units, driver_due_at, waiting_seconds, after_ride_id, stops
        """;

    public RideView ToView(IReadOnlyList<RideStep>? timeline = null) => new(
        RideId, RideRequestId, PassengerId, DriverId, CityId, Enum.Parse<VehicleClass>(VehicleClass), Enum.Parse<RideStatus>(Status), Version,
        new(PickupLatitude, PickupLongitude), new(DropOffLatitude, DropOffLongitude), new(QuotedFareMinorUnits, QuotedFareCurrency),
        Enum.Parse<PaymentMethodKind>(PaymentMethodKind), AssignedAt, ArrivedAt, StartedAt, CompletedAt, CancelledAt,
        CancelledBy is null ? null : Enum.Parse<Party>(CancelledBy), CancelReason, FareFactorBasisPoints,
        TipMinorUnits == 0 ? null : new(TipMinorUnits, QuotedFareCurrency), DriverDueAt, WaitingSeconds, AfterRideId,
        Rides.Stops.ToViews(Rides.Stops.Read(Stops)), timeline);
}
