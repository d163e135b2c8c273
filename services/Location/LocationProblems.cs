using Tumpang.ServiceDefaults;

namespace Tumpang.Locations;

/// <summary>Every way in which location says no.</summary>
static class LocationProblems
{
    public static readonly Problem DriverNotApproved =
        new(409, "driver-not-approved", "Only an approved driver can go online; approval may take a moment to arrive here.") { RetryAfterSeconds = 1 };

    public static readonly Problem PositionRequired =
        new(422, "position-required", "Going online needs a position the first time.", "position");

    public static readonly Problem InvalidPosition =
        Problem.Invalid("position", "Latitude is -90 to 90, longitude -180 to 180, and not both zero.");

    public static readonly Problem TooManyPoints =
        Problem.Invalid("points", $"Send 1 to {Limits.PointsPerDriver} points at once.");

    public static readonly Problem TooManyDrivers =
        Problem.Invalid("drivers", $"Send 1 to {Limits.PointsPerCall} points of distinct drivers at once.");

    public static readonly Problem TooManyCalls =
        new(429, "too-many-requests", "Positions come faster than they can be taken; send the newest in a moment.") { RetryAfterSeconds = 1 };

    public static readonly Problem NoSuchRide = Problem.NotFound("ride");

    public static readonly Problem NoSuchZone = Problem.NotFound("zone");

    public static readonly Problem NotInQueue =
        new(404, "not-in-queue", "You are not waiting in a queue: those are at airports and stations, and a ride ends the waiting.");

    public static readonly Problem NoSuchCity = Problem.NotFound("city");

    public static Problem InvalidShape(string detail) => Problem.Invalid("geometry", detail);

    public static Problem InvalidGates(string detail) => Problem.Invalid("properties.gates", detail);

    public static Problem OutsideServiceArea(string field) =>
        new(422, "outside-service-area", "There is no service at this place.", field);

    public static Problem InvalidPoint(string field) =>
        Problem.Invalid(field, "Write a place as latitude,longitude in degrees, for example 40.7580,-73.9855.");
}

/// <summary>How much one call may carry.</summary>
static class Limits
{
    /// <summary>Points of one driver in one call.</summary>
    public const int PointsPerDriver = 500;

    /// <summary>Points of all drivers in one call of realtime.</summary>
    public const int PointsPerCall = 5_000;

    /// <summary>Drivers shown to a passenger.</summary>
    public const int DriversShown = 20;
}
