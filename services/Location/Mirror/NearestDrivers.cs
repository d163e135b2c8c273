using Tumpang.Contracts;

namespace Tumpang.Locations.Mirror;

/// <summary>Whom a search wants.</summary>
/// <param name="OldestMilliseconds">Whoever was last heard of before, city time, is passed over.</param>
readonly ref struct Wanted(GeoPoint around, double radiusMetres, long oldestMilliseconds, ReadOnlySpan<Guid> exclude)
{
    public GeoPoint Around { get; } = around;

    public double RadiusMetres { get; } = radiusMetres;

    public long OldestMilliseconds { get; } = oldestMilliseconds;

    public ReadOnlySpan<Guid> Exclude { get; } = exclude;
}

/// <summary>The nearest of the drivers that were looked at so far, in order, in memory of the caller.</summary>
ref struct NearestDrivers
{
    /// <summary>More than rounding can take from a haversine.</summary>
    const double Slack = 1 + 1e-9;

    readonly Wanted wanted;
    readonly Span<Hit> best;
    readonly Direction from;
    double reach;

    public NearestDrivers(Wanted wanted, Span<Hit> best)
    {
        this.wanted = wanted;
        this.best = best;
        from = Direction.Of(wanted.Around);
        reach = RedisGeo.HaversineOf(wanted.RadiusMetres) * Slack;
    }

    public int Count { get; private set; }

    public readonly double Cosine => from.Cosine;

    /// <summary>Whether anybody at least so far away could still be among them.</summary>
    public readonly bool Reaches(double metres) => metres <= (Count == best.Length ? best[Count - 1].Metres : wanted.RadiusMetres);

    public void Look(FreeDriver driver)
    {
        if (driver.AtMilliseconds < wanted.OldestMilliseconds) return;
        var haversine = RedisGeo.Haversine(from, driver.Direction);
        if (haversine > reach || wanted.Exclude.Contains(driver.Id)) return;
        var hit = new Hit(driver, RedisGeo.Metres(haversine));
        if (hit.Metres <= wanted.RadiusMetres) Insert(hit);
    }

    void Insert(in Hit hit)
    {
        if (Count == best.Length && !hit.IsBefore(best[Count - 1])) return;
        var place = Count < best.Length ? Count++ : Count - 1;
        for (; place > 0 && hit.IsBefore(best[place - 1]); place--) best[place] = best[place - 1];
        best[place] = hit;
        if (Count == best.Length) reach = RedisGeo.HaversineOf(best[Count - 1].Metres) * Slack;
    }
}
