using Tumpang.ServiceDefaults;

namespace Tumpang.Matching.Features;

/// <summary>
/// Keeps what dispatch weighs about drivers: how they answered their last offers. Off the path of any request; it counts anew from the
/// offers themselves, so it may run twice, late or not at all. An answer that comes long after its offer counts with the driver's next.
/// </summary>
sealed class DigestOffers(Database database, TimeProvider system) : ISweep
{
    static readonly TimeSpan LookBack = TimeSpan.FromMinutes(2);

    // Ids of offers grow with system time.
    const string Digest = """
        insert into match.driver_records as known (driver_id, answered, accepted, cancelled)
        select recent.driver_id, count(*), count(*) filter (where last.status = 'Accepted'), count(*) filter (where last.driver_cancelled)
        from   (select distinct driver_id from match.offers where offer_id > @Since) recent
        cross  join lateral (
            select o.status, o.driver_cancelled from match.offers o
            where  o.driver_id = recent.driver_id and o.status in ('Accepted', 'Declined', 'Expired')
            order  by o.made_at desc limit 50) last
        group  by recent.driver_id
        order  by recent.driver_id
        on conflict (driver_id) do update
        set    answered = excluded.answered, accepted = excluded.accepted, cancelled = excluded.cancelled
        where  (known.answered, known.accepted, known.cancelled) is distinct from (excluded.answered, excluded.accepted, excluded.cancelled)
        """;

    public TimeSpan Every => TimeSpan.FromSeconds(5);

    public async Task<bool> Sweep(CancellationToken ct)
    {
        await database.Execute(Digest, new { Since = Guid.CreateVersion7(system.GetUtcNow() - LookBack) }, ct);
        return false;
    }
}
