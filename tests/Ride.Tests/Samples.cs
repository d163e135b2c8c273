using Tumpang.Contracts;

namespace Tumpang.Rides.Tests;

/// <summary>Rides and matches to begin with.</summary>
static class Samples
{
    public static readonly GeoPoint TimesSquare = new(40.7580, -73.9855);
    public static readonly GeoPoint WashingtonSquare = new(40.7308, -73.9973);
    public static readonly DateTimeOffset Now = new(2013, 11, 18, 21, 0, 0, TimeSpan.Zero);

    public static Ride Ride(RideStatus status, int pinTries = 0) => new(
        Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7(), status, 3, TimesSquare, WashingtonSquare,
        Guid.CreateVersion7(), new(Guid.CreateVersion7(), PaymentMethodKind.Card), "0417", pinTries, Now, status >= RideStatus.InProgress ? Now : null);

    public static MatchConfirmed Match(Guid? passenger = null, Guid? driver = null, DateTimeOffset? confirmedAt = null) => new(
        Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7(), passenger ?? Guid.CreateVersion7(), driver ?? Guid.CreateVersion7(), "nyc",
        VehicleClass.Standard, TimesSquare, WashingtonSquare, TimesSquare, Guid.CreateVersion7(), new(1_100, "USD"), new(Guid.CreateVersion7(), PaymentMethodKind.Card))
    {
        OccurredAt = confirmedAt ?? TimeProvider.System.GetUtcNow(),
        Version = 4,
    };

    /// <summary>A point this many metres north of another.</summary>
    public static GeoPoint North(this GeoPoint point, double metres) => point with { Latitude = point.Latitude + (metres / 111_195) };
}
