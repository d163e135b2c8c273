using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Users.Features;

/// <summary>A driver as the driver sees it.</summary>
/// <param name="Status">Pending, Approved or Suspended. An approved driver refreshes the session to get the role.</param>
sealed record DriverView(Guid DriverId, string Status, VehicleView Vehicle, DateTimeOffset CreatedAt, DateTimeOffset? ApprovedAt);

/// <summary>The vehicle, its plate in upper case without spaces and hyphens.</summary>
sealed record VehicleView(VehicleType Type, string Plate, VehicleClass Class);

/// <summary>A driver as its row.</summary>
sealed record DriverRow(Guid UserId, VehicleType VehicleType, string VehiclePlate, VehicleClass VehicleClass, string Status, DateTimeOffset CreatedAt, DateTimeOffset? ApprovedAt)
{
    public const string Columns = "user_id, vehicle_type, vehicle_plate, vehicle_class, status, created_at, approved_at";

    public DriverView View() => new(UserId, Status, new(VehicleType, VehiclePlate, VehicleClass), CreatedAt, ApprovedAt);
}

/// <summary>My registration as a driver.</summary>
static class GetDriver
{
    const string Find = $"select {DriverRow.Columns} from users.drivers where user_id = @Id";

    public static async Task<Results<Ok<DriverView>, ProblemHttpResult>> Handle(CurrentUser user, Database database, CancellationToken ct) =>
        await database.Find<DriverRow>(Find, new { user.Id }, ct) is { } driver ? TypedResults.Ok(driver.View()) : UserProblems.NoSuchDriver.ToHttp();
}
