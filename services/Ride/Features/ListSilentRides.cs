using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Rides.Features;

/// <summary>Rides under way of which nothing is heard, for operators to look for before the rule closes them; the oldest first.</summary>
static class ListSilentRides
{
    const int DefaultLimit = 50;
    const int LargestLimit = 200;

    /// <param name="SilentSince">The last sign of life, city time.</param>
    /// <param name="ToldAt">When the silence was told of.</param>
    /// <param name="ClosesAt">When the rule closes it, if nothing is heard until then.</param>
    /// <param name="LastPosition">Where it was at <paramref name="SeenAt"/>; absent when no position came since the passenger was in the vehicle.</param>
    public sealed record SilentRide(
        Guid RideId, Guid PassengerId, Guid DriverId, string CityId, RideStatus Status, DateTimeOffset SilentSince, DateTimeOffset? ToldAt,
        DateTimeOffset ClosesAt, GeoPoint? LastPosition, DateTimeOffset? SeenAt);

    /// <param name="NextCursor">Pass it as cursor to get the next page; absent on the last one.</param>
    public sealed record Page(IReadOnlyList<SilentRide> Rides, Guid? NextCursor);

    const string Select = """
        select ride.ride_id, ride.passenger_id, ride.driver_id, ride.city_id, ride.status, ride.silent_since, ride.silence_told_at,
               st_y(known.position::geometry) as latitude, st_x(known.position::geometry) as longitude, known.heard_at
        from   ride.rides ride left join ride.whereabouts known on known.ride_id = ride.ride_id
        where  ride.silent_since is not null and ride.status in ('DriverAssigned', 'DriverArrived', 'InProgress')
        and    (@Cursor::uuid is null or ride.ride_id > @Cursor)
        order  by ride.ride_id
        limit  @Limit + 1
        """;

    public static async Task<IResult> Handle(
        Database database, IOptions<RideOptions> rules, CancellationToken ct, Guid? cursor = null, int limit = DefaultLimit)
    {
        if (limit is < 1 or > LargestLimit) return Problem.Invalid("limit", $"A page has 1 to {LargestLimit} rides.").ToHttp();

        var rows = await database.List<Row>(Select, new { cursor, limit }, ct);
        var page = rows.Take(limit).Select(row => row.ToRide(rules.Value)).ToList();
        return TypedResults.Ok(new Page(page, rows.Count > limit ? page[^1].RideId : null));
    }

    sealed record Row(
        Guid RideId, Guid PassengerId, Guid DriverId, string CityId, string Status, DateTimeOffset SilentSince, DateTimeOffset? SilenceToldAt,
        double? Latitude, double? Longitude, DateTimeOffset? HeardAt)
    {
        public SilentRide ToRide(RideOptions rules) => new(
            RideId, PassengerId, DriverId, CityId, Enum.Parse<RideStatus>(Status), SilentSince, SilenceToldAt, ClosesAt(rules),
            Latitude is { } latitude && Longitude is { } longitude ? new(latitude, longitude) : null, HeardAt);

        DateTimeOffset ClosesAt(RideOptions rules)
        {
            var (bySilence, byWord) = (SilentSince + rules.ClosedAfter, (SilenceToldAt ?? SilentSince) + rules.TimeToLook);
            return bySilence > byWord ? bySilence : byWord;
        }
    }
}
