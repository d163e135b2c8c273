using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Rides;

/// <summary>What to look out for on the street.</summary>
/// <param name="Plate">Upper case, without spaces and hyphens.</param>
sealed record VehicleView(VehicleType Type, string Plate)
{
    const string Find = "select vehicle_type, plate from ride.vehicles where driver_id = @DriverId";

    /// <summary>What the driver was last approved with; null when that has not been heard of.</summary>
    public static async Task<VehicleView?> Of(Database database, Guid driverId, CancellationToken ct) =>
        await database.Find<Row>(Find, new { driverId }, ct) is { } row ? From(row.VehicleType, row.Plate) : null;

    /// <summary>From the columns of ride.vehicles; null without them.</summary>
    public static VehicleView? From(string? vehicleType, string? plate) =>
        vehicleType is null || plate is null ? null : new(Enum.Parse<VehicleType>(vehicleType), plate);

    sealed record Row(string VehicleType, string Plate);
}
