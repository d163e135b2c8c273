using Tumpang.ServiceDefaults;

namespace Tumpang.Locations.Features;

/// <summary>Tells others of the zones that a migration drew, once; every later change is told by whoever makes it.</summary>
sealed class TellOfFirstZones(Database database, CityClock clock) : ISweep
{
    const int BatchSize = 50;

    const string Take = """
        update location.zones set version = 1
        where  zone_id in (select zone_id from location.zones where version = 0 order by zone_id limit @BatchSize for update skip locked)
        returning zone_id
        """;

    public TimeSpan Every => TimeSpan.FromSeconds(30);

    public async Task<bool> Sweep(CancellationToken ct)
    {
        await using var transaction = await database.Begin(ct);
        var untold = await transaction.List<Guid>(Take, new { BatchSize }, ct);
        await ZoneStore.Tell(transaction, untold, clock.GetUtcNow(), ct);
        await transaction.Commit(ct);
        return untold.Count == BatchSize;
    }
}
