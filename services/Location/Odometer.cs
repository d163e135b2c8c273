using Tumpang.Contracts;

namespace Tumpang.Locations;

/// <summary>
/// Adds up the way along smoothed positions. What was walked since the anchor counts once the car has left the circle of noise around it, so standing
/// adds nothing, however long. Within a third of that radius the way is a straight line: what lies between there and the anchor may be noise only.
/// </summary>
/// <param name="Anchor">Where counting stopped.</param>
/// <param name="Previous">The last position passed.</param>
/// <param name="BeforePrevious">The one before.</param>
/// <param name="WalkedMetres">The way since the anchor, not yet counted.</param>
readonly record struct Odometer(
    Fix Anchor, GeoPoint Previous, GeoPoint? BeforePrevious, double WalkedMetres, double Metres, double SlowSeconds, double SlowMetres)
{
    /// <summary>Streets meet at right angles: no way between two places is longer than this times the straight line, unless it wanders.</summary>
    static readonly double LongestDetour = Math.Sqrt(2);

    /// <summary>Share of the radius within which the way is a straight line.</summary>
    const double Near = 1 / 3.0;

    public static Odometer At(Fix start) => new(start, start.Position, null, 0, 0, 0, 0);

    /// <summary>Passes the next position.</summary>
    /// <param name="noiseMetres">Radius within which a standing car's positions lie.</param>
    public Odometer Pass(Fix next, double noiseMetres, LocationOptions rules)
    {
        var straight = Anchor.Position.MetresTo(next.Position);
        var step = Previous.MetresTo(next.Position);
        // A corner between two positions is cut by the line between them. Seen at twice the distance it is cut by twice as much, so the
        // difference of the two ways is what the nearer positions still miss; each is part of two such triangles.
        var missed = BeforePrevious is { } before ? Math.Max(0, before.MetresTo(Previous) + step - before.MetresTo(next.Position)) / 2 : 0;
        var walked = straight <= noiseMetres * Near ? straight
            : WalkedMetres == 0 ? step + missed
            : Math.Min(WalkedMetres + step + missed, LongestDetour * straight);
        var passed = this with { Previous = next.Position, BeforePrevious = Previous, WalkedMetres = walked };
        return straight < noiseMetres ? passed : passed.Count(next, rules);
    }

    /// <summary>Counts what is left when nothing more comes, unless it may be noise, and the time since.</summary>
    public Odometer End(DateTimeOffset at, LocationOptions rules)
    {
        var left = Anchor.Position.MetresTo(Previous) < rules.MinNoiseMetres ? this with { WalkedMetres = 0 } : this;
        return left.Count(new Fix(left.WalkedMetres == 0 ? Anchor.Position : Previous, at), rules);
    }

    /// <summary>From here nothing is known of the way to <paramref name="next"/>.</summary>
    public Odometer Resume(Fix next) => this with { Anchor = next, Previous = next.Position, BeforePrevious = null, WalkedMetres = 0 };

    Odometer Count(Fix here, LocationOptions rules)
    {
        var seconds = (here.At - Anchor.At).TotalSeconds;
        var slow = WalkedMetres < rules.SlowBelowMetresPerSecond * seconds;
        return this with
        {
            Anchor = here,
            WalkedMetres = 0,
            Metres = Metres + WalkedMetres,
            SlowSeconds = SlowSeconds + (slow ? seconds : 0),
            SlowMetres = SlowMetres + (slow ? WalkedMetres : 0),
        };
    }
}
