using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Surge;

/// <summary>
/// Who asked this copy for a price lately, and where, in cities where prices follow demand. Each passenger counts once, where they asked last, however often
/// they ask. Told to the other copies by way of a small table, of which nothing has to be kept.
/// </summary>
internal sealed class QuoteInterest(Database database, CityClock clock, IOptions<SurgeOptions> options) : ISweep
{
    /// <summary>With so many nobody new is remembered until the next look: a flood of quotes does not eat the memory.</summary>
    const int MostRemembered = 100_000;

    const string Retract = "delete from billing.surge_interest where copy = @Copy or told_at < now() - make_interval(secs => @BelievedSeconds)";

    const string Tell = """
        insert into billing.surge_interest (copy, city_id, line, place, passengers, told_at)
        select   @Copy, city_id, line, place, array_agg(passenger_id), now()
        from     unnest(@Cities, @Lines, @Places, @Passengers) as asked (city_id, line, place, passenger_id)
        group by city_id, line, place
        """;

    readonly Guid copy = Guid.CreateVersion7();
    readonly ConcurrentDictionary<(string CityId, Guid PassengerId), (MapCell Cell, DateTimeOffset At)> asked = [];
    volatile bool full;
    bool told;

    public TimeSpan Every => options.Value.Every / 3;

    /// <summary>Takes no time and asks nobody.</summary>
    public void Note(string cityId, GeoPoint pickup, Guid passengerId, DateTimeOffset now)
    {
        var key = (cityId, passengerId);
        if (!full || asked.ContainsKey(key)) asked[key] = (MapCell.Of(pickup), now);
    }

    public async Task<bool> Sweep(CancellationToken ct)
    {
        Forget();
        var lately = asked.ToArray();
        full = lately.Length >= MostRemembered;
        if (lately.Length == 0 && !told) return false;

        await using var tx = await database.Begin(ct);
        await tx.Execute(Retract, new { Copy = copy, BelievedSeconds = options.Value.BelievedFor.TotalSeconds }, ct);
        await tx.Execute(Tell, Parameters(lately), ct);
        await tx.Commit(ct);
        told = lately.Length > 0;
        return false;
    }

    void Forget()
    {
        var oldest = clock.GetUtcNow() - options.Value.QuotesCountFor;
        foreach (var (passenger, at) in asked)
        {
            if (at.At < oldest) asked.TryRemove(new(passenger, at));
        }
    }

    object Parameters(KeyValuePair<(string CityId, Guid PassengerId), (MapCell Cell, DateTimeOffset At)>[] lately) => new
    {
        Copy = copy,
        Cities = lately.Select(each => each.Key.CityId).ToArray(),
        Lines = lately.Select(each => each.Value.Cell.Line).ToArray(),
        Places = lately.Select(each => each.Value.Cell.Place).ToArray(),
        Passengers = lately.Select(each => each.Key.PassengerId).ToArray(),
    };
}
