using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Rides.Features;

/// <summary>A favourite no more. Nothing to remove is as good as removed.</summary>
static class RemoveFavouriteDriver
{
    const string Delete = "delete from ride.favourite_drivers where passenger_id = @PassengerId and driver_id = @DriverId";

    const string CountOut = """
        update ride.favourite_lists set drivers = drivers - 1, version = version + 1
        where  passenger_id = @PassengerId
        returning version
        """;

    public static async Task<IResult> Handle(Guid driverId, CurrentUser user, CityClock clock, Transaction transaction, CancellationToken ct)
    {
        var row = new { PassengerId = user.Id, driverId };
        if (await transaction.Execute(Delete, row, ct) == 0) return TypedResults.NoContent();

        var version = await transaction.Find<long>(CountOut, row, ct);
        transaction.Publish(new FavouriteDriverRemoved(user.Id, driverId) { OccurredAt = clock.GetUtcNow(), Version = version });
        return TypedResults.NoContent();
    }
}
