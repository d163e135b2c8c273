using Tumpang.Contracts;

namespace Tumpang.Locations;

/// <summary>
/// What a ride has driven so far. The distance ends at an anchor, which moves only when the driver has left the noise around it:
/// standing adds nothing, however long, while short steps add up because each is measured from where counting stopped.
/// Points must be added in the order of their time; the result does not depend on how they were batched.
/// </summary>
sealed record Track
{
    /// <summary>Accuracy assumed where a phone states none, metres.</summary>
    const double UsualAccuracyMetres = 5;

    /// <summary>Nothing driven yet.</summary>
    public static readonly Track Empty = new();

    /// <summary>Where the counted distance ends.</summary>
    public Fix? Anchor { get; init; }

    /// <summary>The last accepted position, noise or not.</summary>
    public Fix? Last { get; init; }

    public double DistanceMetres { get; init; }

    /// <summary>Time below the speed at which a meter charges time instead of distance, and the metres covered in it.</summary>
    public double SlowSeconds { get; init; }

    /// <inheritdoc cref="SlowSeconds"/>
    public double SlowDistanceMetres { get; init; }

    /// <summary>Positions of the phone that were accepted; the places of start and end do not count.</summary>
    public int AcceptedPoints { get; init; }

    /// <summary>A track that begins where the ride was started; empty when that place is not known.</summary>
    public static Track From(Fix? start) => new() { Anchor = start, Last = start };

    /// <summary>Adds a position, or says why not.</summary>
    public Step Add(LocationUpdate update, LocationOptions rules)
    {
        var refusal = Plausibility.After(Last, update.Fix, rules);
        if (refusal is Refusal.Teleport && IsLost(update.Fix, rules)) return new Step(BeginAnewAt(update.Fix), null, 0);
        if (refusal is not null) return new Step(this, refusal, 0);

        var noise = Math.Max(rules.MinNoiseMetres, rules.NoisePerAccuracy * (update.AccuracyMetres ?? UsualAccuracyMetres));
        var extended = Extend(update.Fix, noise, rules) with { AcceptedPoints = AcceptedPoints + 1 };
        return new Step(extended, null, extended.DistanceMetres - DistanceMetres);
    }

    /// <summary>The track as it ends: what is left to the drop-off counts when it is plausible, and the rest of the time was spent standing.</summary>
    public Track End(Fix dropOff, LocationOptions rules)
    {
        if (AcceptedPoints == 0) return Empty;
        if (Anchor is not { } anchor || Plausibility.After(Last, dropOff, rules) is Refusal.Teleport or Refusal.OutOfOrder) return this;

        var ended = Extend(dropOff, rules.MinNoiseMetres, rules);
        return ended.Anchor == Anchor ? this with { SlowSeconds = SlowSeconds + Math.Max(0, (dropOff.At - anchor.At).TotalSeconds) } : ended;
    }

    /// <summary>A wrong position that was believed would make every right one a jump; after a minute the new ones are believed instead.</summary>
    bool IsLost(Fix next, LocationOptions rules) => next.At - Last!.Value.At > rules.OfferableFor;

    Track BeginAnewAt(Fix fix) => this with { Anchor = fix, Last = fix, AcceptedPoints = AcceptedPoints + 1 };

    Track Extend(Fix next, double noiseMetres, LocationOptions rules)
    {
        if (Anchor is not { } anchor) return this with { Anchor = next, Last = next };

        var metres = anchor.Position.MetresTo(next.Position);
        if (metres < noiseMetres) return this with { Last = next };

        var seconds = (next.At - anchor.At).TotalSeconds;
        var slow = metres < rules.SlowBelowMetresPerSecond * seconds;
        return this with
        {
            Anchor = next,
            Last = next,
            DistanceMetres = DistanceMetres + metres,
            SlowSeconds = SlowSeconds + (slow ? seconds : 0),
            SlowDistanceMetres = SlowDistanceMetres + (slow ? metres : 0),
        };
    }
}

/// <summary>A track after one more position: lengthened, or unchanged with the reason.</summary>
readonly record struct Step(Track Track, Refusal? Refusal, double AddedMetres);
