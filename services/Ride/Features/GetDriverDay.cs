using Tumpang.ServiceDefaults;

namespace Tumpang.Rides.Features;

/// <summary>A driver's day in one city, by its wall clock: what was driven and how it went. What it earned is billing's to tell.</summary>
static class GetDriverDay
{
    /// <summary>Beyond them a day has no beginning in every zone.</summary>
    const int FirstYear = 2000, LastYear = 9_000;

    // A ride belongs to the day on which its driver set out.
    const string Select = """
        select count(*) filter (where status = 'Completed') as completed,
               count(*) filter (where cancelled_by = 'Driver') as cancelled_by_driver,
               count(*) filter (where cancelled_by = 'Passenger') as cancelled_by_passenger,
               coalesce(sum(extract(epoch from completed_at - started_at)), 0)::bigint as riding_seconds,
               coalesce(sum(waiting_seconds), 0)::bigint as waiting_seconds,
               min(assigned_at) as first_at, max(coalesce(completed_at, cancelled_at)) as last_at,
               (select count(*) from ride.ratings rating join ride.rides rated on rated.ride_id = rating.ride_id
                where  rating.by = 'Passenger' and rated.driver_id = @DriverId and rated.city_id = @CityId
                and    rated.assigned_at >= @From and rated.assigned_at < @Until) as ratings,
               (select coalesce(sum(rating.stars), 0) from ride.ratings rating join ride.rides rated on rated.ride_id = rating.ride_id
                where  rating.by = 'Passenger' and rated.driver_id = @DriverId and rated.city_id = @CityId
                and    rated.assigned_at >= @From and rated.assigned_at < @Until) as stars
        from   ride.rides
        where  driver_id = @DriverId and city_id = @CityId and assigned_at >= @From and assigned_at < @Until
        """;

    /// <param name="RidingSeconds">With passengers, city time.</param>
    /// <param name="WaitingSeconds">At pickups, of rides that began.</param>
    /// <param name="FirstAt">When the driver first set out; absent on a day without a ride.</param>
    /// <param name="LastAt">When the last ride ended.</param>
    /// <param name="Stars">The mean of the day's ratings, to two decimals; absent without one.</param>
    public sealed record Answer(
        DateOnly On, string CityId, long Completed, long CancelledByDriver, long CancelledByPassenger, long RidingSeconds, long WaitingSeconds,
        DateTimeOffset? FirstAt, DateTimeOffset? LastAt, long Ratings, decimal? Stars);

    public static Task<IResult> Handle(CurrentUser user, Database database, Cities cities, DateOnly on, string cityId, CancellationToken ct) =>
        DayOf(user.Id, database, cities, on, cityId, ct);

    /// <summary>Any driver's, for operators.</summary>
    public static Task<IResult> HandleOperator(Guid driverId, Database database, Cities cities, DateOnly on, string cityId, CancellationToken ct) =>
        DayOf(driverId, database, cities, on, cityId, ct);

    static async Task<IResult> DayOf(Guid driverId, Database database, Cities cities, DateOnly on, string cityId, CancellationToken ct)
    {
        if (on.Year is < FirstYear or > LastYear) return Problem.Invalid("on", $"A day of the years {FirstYear} to {LastYear}.").ToHttp();
        if (cities.Find(cityId) is not { } city) return Problem.Invalid("cityId", "There is no such city.").ToHttp();

        var row = await database.Find<Row>(Select, new { driverId, cityId, From = city.StartOf(on), Until = city.StartOf(on.AddDays(1)) }, ct);
        return TypedResults.Ok(row!.On(on, cityId));
    }

    sealed record Row(
        long Completed, long CancelledByDriver, long CancelledByPassenger, long RidingSeconds, long WaitingSeconds, DateTimeOffset? FirstAt,
        DateTimeOffset? LastAt, long Ratings, long Stars)
    {
        public Answer On(DateOnly day, string cityId) => new(
            day, cityId, Completed, CancelledByDriver, CancelledByPassenger, RidingSeconds, WaitingSeconds, FirstAt, LastAt, Ratings,
            Ratings == 0 ? null : Math.Round((decimal)Stars / Ratings, 2, MidpointRounding.AwayFromZero));
    }
}
