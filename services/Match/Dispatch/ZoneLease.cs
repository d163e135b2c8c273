using Tumpang.ServiceDefaults;

namespace Tumpang.Matching.Dispatch;

/// <summary>
/// Lets one copy at a time dispatch a zone. A copy that dies or stalls loses the lease after a while; should it wake up and go on, its
/// fencing token is stale, and the constraints on offers hold in any case.
/// </summary>
sealed class ZoneLease(Database database)
{
    /// <summary>Longer than any healthy round, system time; the wait for the next round comes on top.</summary>
    static readonly TimeSpan LongestRound = TimeSpan.FromSeconds(5);

    const string TakeWhenFree = """
        insert into match.zone_leases as lease (city_id, vehicle_class, holder, fencing_token, leased_until, next_round_at)
        values (@CityId, @VehicleClass, @Holder, 1, now() + @Longest, now())
        on conflict (city_id, vehicle_class) do update
        set    holder = excluded.holder, fencing_token = lease.fencing_token + 1, leased_until = excluded.leased_until
        where  lease.leased_until <= now() and lease.next_round_at <= now()
        returning fencing_token
        """;

    const string Extend = """
        update match.zone_leases set leased_until = now() + @Longest
        where  city_id = @CityId and vehicle_class = @VehicleClass and fencing_token = @Token and leased_until > now()
        """;

    const string GiveBack = """
        update match.zone_leases set leased_until = now(), next_round_at = now() + @Pause
        where  city_id = @CityId and vehicle_class = @VehicleClass and fencing_token = @Token
        """;

    readonly Guid holder = Guid.NewGuid();

    /// <summary>Asks to dispatch the zone from now on: the fencing token, or null while another copy does, or a pause has not ended.</summary>
    public Task<long?> Take(Zone zone, TimeSpan window, CancellationToken ct) =>
        database.Find<long?>(TakeWhenFree, new { zone.CityId, VehicleClass = zone.VehicleClass.ToString(), Holder = holder, Longest = LongestRound + window }, ct);

    /// <summary>Goes on holding it; false when it was lost.</summary>
    public async Task<bool> Renew(Zone zone, long token, TimeSpan window, CancellationToken ct) =>
        await database.Execute(Extend, new { zone.CityId, VehicleClass = zone.VehicleClass.ToString(), Token = token, Longest = LongestRound + window }, ct) == 1;

    /// <summary>Lets any copy take it, after a pause.</summary>
    public Task Release(Zone zone, long token, TimeSpan pause, CancellationToken ct) =>
        database.Execute(GiveBack, new { zone.CityId, VehicleClass = zone.VehicleClass.ToString(), Token = token, Pause = pause }, ct);
}
