using Tumpang.ServiceDefaults;

namespace Tumpang.Rides.Features;

/// <summary>The drivers whom the caller would like again, the newest first; all of them, for they are few.</summary>
static class ListFavouriteDrivers
{
    /// <param name="Most">How many there can be.</param>
    public sealed record Answer(IReadOnlyList<Favourite> FavouriteDrivers, int Most);

    /// <param name="AddedAt">City time.</param>
    public sealed record Favourite(Guid DriverId, DateTimeOffset AddedAt);

    const string Select = "select driver_id, added_at from ride.favourite_drivers where passenger_id = @PassengerId order by added_at desc, driver_id";

    public static async Task<IResult> Handle(CurrentUser user, Database database, CancellationToken ct) =>
        TypedResults.Ok(new Answer(await database.List<Favourite>(Select, new { PassengerId = user.Id }, ct), AddFavouriteDriver.Most));
}
