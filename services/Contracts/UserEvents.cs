namespace Tumpang.Contracts;

/// <summary>A phone number logged in for the first time. Carries no personal data: ask user for that.</summary>
public sealed record UserRegistered(Guid UserId) : Event
{
    public override Guid AggregateId => UserId;
}

/// <summary>The user may now drive this vehicle. Published again when the vehicle changes.</summary>
/// <param name="DriverId">The user's id: a driver is a user with a vehicle.</param>
/// <param name="Plate">Of the vehicle, as everybody on the street reads it; older copies of user do not say it.</param>
public sealed record DriverApproved(Guid DriverId, VehicleType VehicleType, VehicleClass VehicleClass, string? Plate = null) : Event
{
    public override Guid AggregateId => DriverId;
}

/// <summary>The driver may not take rides until approved again.</summary>
public sealed record DriverSuspended(Guid DriverId, string Reason) : Event
{
    public override Guid AggregateId => DriverId;
}

/// <summary>The account is closed; its sessions are revoked.</summary>
public sealed record UserDeactivated(Guid UserId) : Event
{
    public override Guid AggregateId => UserId;
}
