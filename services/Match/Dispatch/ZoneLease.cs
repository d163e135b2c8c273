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
        with taken as (
            insert into match.zone_leases as lease (city_id, vehicle_class, holder, fencing_token, leased_until, next_round_at)
            values (@CityId, @VehicleClass, @Holder, 1, now() + @Longest, now() + @Window)
            on conflict (city_id, vehicle_class) do update
            set    holder = excluded.holder, fencing_token = lease.fencing_token + 1,
                   leased_until = excluded.leased_until, next_round_at = excluded.next_round_at
            where  lease.leased_until <= now() and lease.next_round_at <= now()
            returning fencing_token)
        select (select fencing_token from taken) as token,
               (select next_round_at - now() from match.zone_leases where city_id = @CityId and vehicle_class = @VehicleClass) as until_next
        """;

    const string GiveBack = """
        update match.zone_leases set leased_until = now()
        where  city_id = @CityId and vehicle_class = @VehicleClass and fencing_token = @Token
        """;

    readonly Guid holder = Guid.NewGuid();

    /// <summary>Asks to start a round now.</summary>
    public async Task<Turn> Take(Zone zone, TimeSpan window, CancellationToken ct) => (await database.Find<Turn>(
        TakeWhenDue, new { zone.CityId, VehicleClass = zone.VehicleClass.ToString(), Holder = holder, Longest, Window = window }, ct))!;

    /// <summary>The round is over; another copy may run the next.</summary>
    public Task Release(Zone zone, long token, CancellationToken ct) =>
        database.Execute(GiveBack, new { zone.CityId, VehicleClass = zone.VehicleClass.ToString(), Token = token }, ct);

    /// <param name="Token">Fencing token of the round that may start now; null when another copy is at it, or was a moment ago.</param>
    /// <param name="UntilNext">When the next round is due, system time from now; negative while a round takes longer than its window.</param>
    public sealed record Turn(long? Token, TimeSpan? UntilNext);
}
