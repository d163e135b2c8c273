using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations;

/// <summary>A driver's duty: on the row in Postgres, copied to Redis for the hot path.</summary>
/// <param name="RideId">The ride that keeps the driver busy, from the match to its end.</param>
/// <param name="TrackRideId">The ride whose track takes this driver's positions: started and not closed yet, which outlasts being busy by a moment.</param>
/// <param name="QueueZoneId">The airport or station in whose queue the driver waits.</param>
/// <param name="Version">Rises with every change; a copy never replaces one of a higher version.</param>
sealed record Duty(
    Guid DriverId, bool Approved, bool Online, string? CityId, VehicleClass? VehicleClass, Guid? RideId, Guid? TrackRideId, Guid? QueueZoneId, long Version)
{
    /// <summary>May be offered rides.</summary>
    public bool IsAvailable => Online && RideId is null;

    /// <summary>Neither offering to drive nor driving: positions are nobody's business.</summary>
    public bool IsOff => !Online && RideId is null;

    /// <summary>The driver switches the beacon on in the city of their position, or says again that it is on. The row is locked, and the version raised, already.</summary>
    public Decision<DriverCameOnline> GoOnline(GeoPoint position, City? city, DateTimeOffset now) => this switch
    {
        { Approved: false } or { VehicleClass: null } => LocationProblems.DriverNotApproved,
        _ when city is null => LocationProblems.OutsideServiceArea("position"),
        _ => new DriverCameOnline(DriverId, city.Id, VehicleClass.Value, position) { OccurredAt = now, Version = Version },
    };
}
