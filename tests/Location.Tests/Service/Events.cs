using Tumpang.Contracts;

namespace Tumpang.Location.Tests.Service;

/// <summary>What the other services would say of one ride.</summary>
sealed record RideStory(Guid DriverId, Guid PassengerId)
{
    public Guid RideId { get; } = Guid.CreateVersion7();

    public Guid RideRequestId { get; } = Guid.CreateVersion7();

    public static DriverApproved Approved(Guid driverId, VehicleClass vehicleClass, DateTimeOffset at) => new(
        driverId, vehicleClass is VehicleClass.Motorcycle ? VehicleType.Motorcycle : vehicleClass is VehicleClass.Van ? VehicleType.Van : VehicleType.Car, vehicleClass)
    {
        OccurredAt = at,
        Version = 1,
    };

    public MatchConfirmed Confirmed(DateTimeOffset at, GeoPoint? dropOff = null) => new(
        RideId, RideRequestId, Guid.CreateVersion7(), PassengerId, DriverId, "nyc", VehicleClass.Standard, Places.TimesSquare, dropOff ?? Places.UnionSquare,
        Places.TimesSquare, Guid.CreateVersion7(), new Money(1_000, "USD"), new PaymentChoice(Guid.CreateVersion7(), PaymentMethodKind.Cash))
    {
        OccurredAt = at,
        Version = 2,
    };

    public RideStarted Started(GeoPoint position, DateTimeOffset at) => new(RideId, PassengerId, DriverId, position) { OccurredAt = at, Version = 3 };

    public RideCompleted Completed(GeoPoint dropOff, DateTimeOffset startedAt, DateTimeOffset at) =>
        new(RideId, PassengerId, DriverId, dropOff, startedAt, at, 10_000) { OccurredAt = at, Version = 4 };

    public RideCancelled Cancelled(DateTimeOffset at) => new(
        RideId, RideRequestId, PassengerId, DriverId, Party.Passenger, "changed-plans", RideStatus.DriverAssigned, at, Guid.CreateVersion7(),
        new PaymentChoice(Guid.CreateVersion7(), PaymentMethodKind.Cash))
    {
        OccurredAt = at,
        Version = 4,
    };
}

/// <summary>Places in Manhattan, and ways to get from one to another.</summary>
static class Places
{
    const double MetresPerDegree = 111_195;

    public static readonly GeoPoint TimesSquare = new(40.7580, -73.9855);

    public static readonly GeoPoint UnionSquare = new(40.7359, -73.9911);

    public static GeoPoint North(this GeoPoint origin, double metres) => origin with { Latitude = origin.Latitude + (metres / MetresPerDegree) };

    public static object Point(GeoPoint at, DateTimeOffset recordedAt, double? accuracyMetres = null) =>
        new { at.Latitude, at.Longitude, recordedAt, accuracyMetres };
}
