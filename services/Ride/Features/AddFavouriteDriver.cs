using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Rides.Features;

/// <summary>A passenger would like a driver again with whom a ride went to its end. Adding twice is adding once.</summary>
static class AddFavouriteDriver
{
    /// <summary>Favourites of one passenger; the check of ride.favourite_lists says the same.</summary>
    public const int Most = 50;

    const string HaveRidden = "select exists (select from ride.rides where passenger_id = @PassengerId and driver_id = @DriverId and status = 'Completed')";

    const string Insert = """
        insert into ride.favourite_drivers (passenger_id, driver_id, added_at) values (@PassengerId, @DriverId, @Now)
        on conflict do nothing
        """;

    const string CountIn = """
        insert into ride.favourite_lists as list (passenger_id, drivers, version) values (@PassengerId, 1, 1)
        on conflict (passenger_id) do update set drivers = list.drivers + 1, version = list.version + 1
        where  list.drivers < @Most
        returning version
        """;

    public static async Task<IResult> Handle(Guid driverId, CurrentUser user, CityClock clock, Transaction transaction, CancellationToken ct)
    {
        var row = new { PassengerId = user.Id, driverId, Now = clock.GetUtcNow() };
        if (!await transaction.Find<bool>(HaveRidden, row, ct)) return RideProblems.NoRideTogether.ToHttp();
        if (await transaction.Execute(Insert, row, ct) == 0) return TypedResults.NoContent();
        if (await transaction.Find<long?>(CountIn, new { PassengerId = user.Id, Most }, ct) is not { } version) return RideProblems.TooManyFavourites.ToHttp();

        transaction.Publish(new FavouriteDriverAdded(user.Id, driverId) { OccurredAt = row.Now, Version = version });
        return TypedResults.NoContent();
    }
}
