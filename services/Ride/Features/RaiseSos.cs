using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Rides.Features;

/// <summary>
/// Somebody on a ride asks for help: stored for operators, and told, so that emergency contacts are texted. Pressed again it is the same alert at the newer
/// place, until an operator has closed it; an app may go on telling where it is. The alert has a link of its own to the ride, which is told with it: contacts
/// follow by it, and whoever shared the ride before keeps that link.
/// </summary>
static class RaiseSos
{
    /// <param name="Position">Where the phone is, WGS 84; where the ride was last heard of when absent.</param>
    public sealed record Request(GeoPoint? Position = null);

    /// <param name="Position">What operators are told.</param>
    /// <param name="AcknowledgedAt">Since when an operator is at it, city time; absent before.</param>
    public sealed record Answer(Guid AlertId, DateTimeOffset RaisedAt, GeoPoint? Position, DateTimeOffset? AcknowledgedAt);

    const string Raise = """
        insert into ride.sos_alerts as open (alert_id, ride_id, raised_by, side, raised_at, token_hash, position, position_at)
        select @AlertId, ride.ride_id, @UserId, @Side, @Now, @TokenHash,
               case when @Latitude::float8 is null then known.position else platform.point(@Latitude::float8, @Longitude::float8) end,
               case when @Latitude::float8 is null then known.heard_at else @Now end
        from   ride.rides ride left join ride.whereabouts known on known.ride_id = ride.ride_id
        where  ride.ride_id = @RideId
        on conflict (ride_id, raised_by) where closed_at is null do update
        set    position    = case when excluded.position_at >= coalesce(open.position_at, '-infinity') then excluded.position else open.position end,
               position_at = greatest(excluded.position_at, open.position_at)
        returning alert_id, raised_at, st_y(position::geometry) as latitude, st_x(position::geometry) as longitude, acknowledged_at,
                  (select city_id from ride.rides where ride_id = @RideId) as city_id
        """;

    public static async Task<IResult> Handle(
        Guid rideId, Request? request, CurrentUser user, CityClock clock, IOptions<RideOptions> rules, RideMetrics metrics, Transaction transaction,
        CancellationToken ct)
    {
        if (request?.Position is { IsValid: false }) return RideProblems.InvalidPosition.ToHttp();
        if (await RideStore.Find(transaction, rideId, user.Id, ct) is not { } ride || ride.SideOf(user.Id) is not { } side) return RideProblems.NotFound.ToHttp();

        var (alertId, now) = (Guid.CreateVersion7(), clock.GetUtcNow());
        if (ride.WhyNotCallForHelp(rules.Value, now) is { } problem) return problem.ToHttp();

        var token = ShareToken.New();
        var row = new
        {
            alertId,
            rideId,
            UserId = user.Id,
            Side = side.ToString(),
            Now = now,
            TokenHash = ShareToken.HashOf(token),
            request?.Position?.Latitude,
            request?.Position?.Longitude,
        };
        var alert = (await transaction.Find<Row>(Raise, row, ct))!;
        if (alert.AlertId == alertId)
        {
            var path = ShareToken.PathOf(token);
            transaction.Publish(new SosRaised(alertId, rideId, ride.PassengerId, ride.DriverId, side, user.Id, alert.CityId, alert.Position, path)
            {
                OccurredAt = now,
                Version = 1,
            });
            transaction.OnCommitted(metrics.SosRaised);
        }

        return TypedResults.Ok(new Answer(alert.AlertId, alert.RaisedAt, alert.Position, alert.AcknowledgedAt));
    }

    sealed record Row(Guid AlertId, DateTimeOffset RaisedAt, double? Latitude, double? Longitude, DateTimeOffset? AcknowledgedAt, string CityId)
    {
        public GeoPoint? Position => Latitude is { } latitude && Longitude is { } longitude ? new(latitude, longitude) : null;
    }
}
