using Tumpang.ServiceDefaults;

namespace Tumpang.Matching.Dispatch;

/// <summary>
/// Lets one copy at a time dispatch a zone, and no copy more often than once per window. A copy that dies or stalls loses the lease
/// after a while; should it wake up and go on, its fencing token is stale, and the constraints on offers hold in any case.
/// </summary>
sealed class ZoneLease(Database database)
{
    /// <summary>Longer than any healthy round, system time.</summary>
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    const string TakeWhenDue = """
        insert into match.zone_leases as lease (city_id, vehicle_class, holder, fencing_token, leased_until, next_round_at)
        values (@CityId, @VehicleClass, @Holder, 1, now() + @Longest, now() + @Window)
        on conflict (city_id, vehicle_class) do update
        set    holder = excluded.holder, fencing_token = lease.fencing_token + 1, leased_until = excluded.leased_until, next_round_at = excluded.next_round_at
        where  lease.leased_until <= now() and lease.next_round_at <= now()
        returning fencing_token
        """;

    const string GiveBack = """
        update match.zone_leases set leased_until = now()
        where  city_id = @CityId and vehicle_class = @VehicleClass and fencing_token = @Token
        """;

    readonly Guid holder = Guid.NewGuid();

    /// <summary>A fencing token when this copy may start a round now; null when another one is at it, or was a moment ago.</summary>
    public Task<long?> Take(Zone zone, TimeSpan window, CancellationToken ct) => database.Find<long?>(
        TakeWhenDue, new { zone.CityId, VehicleClass = zone.VehicleClass.ToString(), Holder = holder, Longest, Window = window }, ct);

    /// <summary>The round is over; another copy may run the next.</summary>
    public Task Release(Zone zone, long token, CancellationToken ct) =>
        database.Execute(GiveBack, new { zone.CityId, VehicleClass = zone.VehicleClass.ToString(), Token = token }, ct);
}
