using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations.Features;

/// <summary>
/// The beacon: a driver offers to drive, or stops. Going offline during a ride is allowed; the ride goes on, and no other follows.
/// </summary>
static class SetAvailability
{
    const string MarkOnline = """
        update location.duties set online = true, city_id = @CityId, seen_at = @Now where driver_id = @DriverId
        """;

    const string MarkOffline = "update location.duties set online = false, queue_zone_id = null, queued_at = null where driver_id = @DriverId";

    public static async Task<IResult> Handle(
        Request request, CurrentUser user, Transaction transaction, DutyStore duties, PositionPool pool, Cities cities, CityClock clock, CancellationToken ct)
    {
        if (request.Position is { IsValid: false }) return LocationProblems.InvalidPosition.ToHttp();

        var before = await DutyStore.Lock(transaction, user.Id, ct);
        var problem = request.Online
            ? await GoOnline(before, request.Position, transaction, pool, duties, cities, clock, ct)
            : await GoOffline(before, transaction, clock.GetUtcNow(), ct);
        if (problem is not null) return problem.ToHttp();

        await duties.Announce(transaction, user.Id, ct);
        var after = await DutyStore.Get(transaction, user.Id, ct);
        return TypedResults.Ok(new Answer(after.Online, after.CityId, after.VehicleClass, after.RideId is not null));
    }

    static async Task<Problem?> GoOnline(
        Duty before, GeoPoint? position, Transaction transaction, PositionPool pool, DutyStore duties, Cities cities, CityClock clock, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (position is not { } here) return before.Online ? null : LocationProblems.PositionRequired;

        var decision = before.GoOnline(here, cities.At(here), now);
        if (decision.Event is not { } cameOnline) return decision.Problem;

        await transaction.Execute(MarkOnline, new { cameOnline.CityId, Now = now, before.DriverId }, ct);
        if (before.CityId is { } left && left != cameOnline.CityId) await duties.Try(() => pool.Withdraw(left, before));
        if (!before.Online || before.CityId != cameOnline.CityId) transaction.Publish(cameOnline);
        var after = await DutyStore.Get(transaction, before.DriverId, ct);
        transaction.OnCommitted(() => _ = duties.Try(() => Offer(pool, after, new Fix(here, now))));
        return null;
    }

    static async Task<Problem?> GoOffline(Duty before, Transaction transaction, DateTimeOffset now, CancellationToken ct)
    {
        if (!before.Online) return null;

        await transaction.Execute(MarkOffline, new { before.DriverId }, ct);
        transaction.Publish(new DriverWentOffline(before.DriverId, "Driver") { OccurredAt = now, Version = before.Version });
        return null;
    }

    /// <summary>The position of the request counts at once: the driver can be offered a ride before the first heartbeat.</summary>
    static async Task Offer(PositionPool pool, Duty duty, Fix fix)
    {
        await pool.Remember(duty.CityId!, duty);
        await pool.Place([new Placement(duty.CityId!, duty, fix)]);
    }

    public sealed record Request(bool Online, GeoPoint? Position = null);

    public sealed record Answer(bool Online, string? CityId, VehicleClass? VehicleClass, bool Busy);
}
