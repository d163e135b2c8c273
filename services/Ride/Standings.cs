using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Rides;

/// <summary>What others think of somebody.</summary>
/// <param name="Stars">The mean of the latest ratings, to two decimals.</param>
/// <param name="Ratings">How many they are, at most 100.</param>
sealed record Standing(decimal Stars, int Ratings);

/// <summary>The rolling averages of everybody's ratings.</summary>
static class Standings
{
    /// <summary>How many of the latest ratings count: people change.</summary>
    public const int LatestRatings = 100;

    // The row's lock first: of two ratings at once the second counts when the first is committed, and then sees it.
    const string Renew = """
        insert into ride.standings (user_id, side) values (@UserId, @Side)
        on conflict (user_id, side) do update set side = excluded.side;

        update ride.standings
        set    (ratings, stars_sum) = (
                   select count(*), sum(stars)
                   from   (select stars from ride.ratings where rated_user_id = @UserId and by = @By order by rated_at desc, ride_id desc limit @LatestRatings) latest)
        where  user_id = @UserId and side = @Side;
        """;

    const string Select = """
        select user_id, side, ratings, stars_sum
        from   ride.standings
        where  (user_id, side) in ((@PassengerId, 'Passenger'), (@DriverId, 'Driver'))
        """;

    /// <summary>Takes the rating that the same transaction has just written into the average of the side that was rated.</summary>
    public static Task Renewed(Transaction transaction, Guid userId, Party by, CancellationToken ct) => transaction.Execute(
        Renew, new { userId, By = by.ToString(), Side = (by is Party.Passenger ? Party.Driver : Party.Passenger).ToString(), LatestRatings }, ct);

    /// <summary>What is thought of the one as passenger and of the other as driver.</summary>
    public static async Task<(Standing? Passenger, Standing? Driver)> Of(Database database, Guid passengerId, Guid driverId, CancellationToken ct)
    {
        var rows = await database.List<Row>(Select, new { passengerId, driverId }, ct);
        return (As(Party.Passenger), As(Party.Driver));

        Standing? As(Party side) => rows.FirstOrDefault(row => row.Side == side.ToString())?.ToStanding();
    }

    /// <summary>A ride under way, with what its two sides are told of each other and of the vehicle.</summary>
    public static async Task<RideView> With(this RideView ride, Database database, CancellationToken ct)
    {
        if (ride.Status is RideStatus.Completed or RideStatus.Cancelled) return ride;

        var (passenger, driver) = await Of(database, ride.PassengerId, ride.DriverId, ct);
        return ride with { PassengerStanding = passenger, DriverStanding = driver, Vehicle = await VehicleView.Of(database, ride.DriverId, ct) };
    }

    sealed record Row(Guid UserId, string Side, short Ratings, short StarsSum)
    {
        public Standing ToStanding() => new(Math.Round((decimal)StarsSum / Ratings, 2, MidpointRounding.AwayFromZero), Ratings);
    }
}
