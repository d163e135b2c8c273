using Tumpang.ServiceDefaults;

namespace Tumpang.Matching;

/// <summary>Whom passengers would like again. A removal may be heard before its addition.</summary>
static class FavouriteStore
{
    const string Remember = """
        insert into match.favourite_drivers as known (passenger_id, driver_id, removed, version)
        values (@PassengerId, @DriverId, @Removed, @Version)
        on conflict (passenger_id, driver_id) do update set removed = excluded.removed, version = excluded.version
        where  known.version < excluded.version
        """;

    /// <summary>Whether the driver is a favourite as of this version.</summary>
    public static Task RememberFavourite(this Transaction transaction, Guid passengerId, Guid driverId, bool removed, long version, CancellationToken ct) =>
        transaction.Execute(Remember, new { PassengerId = passengerId, DriverId = driverId, Removed = removed, Version = version }, ct);
}
