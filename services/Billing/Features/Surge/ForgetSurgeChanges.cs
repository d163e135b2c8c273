using Microsoft.Extensions.Options;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Surge;

/// <summary>Forgets changes of multipliers that nobody asks for any more; the last of each cell stays, because it holds until there is another.</summary>
internal sealed class ForgetSurgeChanges(Database database, IOptions<SurgeOptions> options) : ISweep
{
    const int AtOnce = 5_000;

    const string Forget = """
        with old as materialized (
            select city_id, vehicle_class, line, place, round
            from   billing.surge_changes change
            where  created_at < now() - make_interval(secs => @KeptForSeconds)
              and  exists (
                   select from billing.surge_changes later
                   where  (later.city_id, later.vehicle_class, later.line, later.place) = (change.city_id, change.vehicle_class, change.line, change.place)
                     and  later.round > change.round and later.created_at < now() - make_interval(secs => @KeptForSeconds))
            limit  @AtOnce
            for    update skip locked)
        delete from billing.surge_changes change
        using  old
        where  (change.city_id, change.vehicle_class, change.line, change.place, change.round)
               = (old.city_id, old.vehicle_class, old.line, old.place, old.round)
        """;

    public TimeSpan Every => TimeSpan.FromHours(1);

    public async Task<bool> Sweep(CancellationToken ct) =>
        await database.Execute(Forget, new { KeptForSeconds = options.Value.ChangesKeptFor.TotalSeconds, AtOnce }, ct) == AtOnce;
}
