using Tumpang.Contracts;

namespace Tumpang.Locations;

/// <summary>
/// What a ride has driven so far. Positions are smoothed, and counted once the car has left the noise around where it was: standing adds nothing,
/// however long, while short steps add up. Points must be added in the order of their time; the result depends neither on how they were batched
/// nor on who added them.
/// </summary>
sealed record Track
{
    /// <summary>Accuracy assumed where a phone states none, metres.</summary>
    public const double UsualAccuracyMetres = 5;

    /// <summary>Two positions are apart by their errors, too: by more than this times their accuracies only once in ten thousand times.</summary>
    const double SlackPerAccuracy = 1.5;

    /// <summary>Nothing driven yet.</summary>
    public static readonly Track Empty = new();

    /// <summary>Where the car is and how far it came, and the positions about which that is not certain yet.</summary>
    public Smoother? Smoother { get; init; }

    /// <summary>Where the counted distance ends.</summary>
    public Fix? Anchor => Smoother?.Anchor;

    /// <summary>The last accepted position, noise or not.</summary>
    public Fix? Last { get; init; }

    /// <summary>Never shrinks, though the estimate may: what the meter has shown stays.</summary>
    public double DistanceMetres { get; init; }

    /// <summary>Time below the speed at which a meter charges time instead of distance, and the metres covered in it.</summary>
    public double SlowSeconds { get; init; }

    /// <inheritdoc cref="SlowSeconds"/>
    public double SlowDistanceMetres { get; init; }

    /// <summary>Positions of the phone that were accepted; the places of start and end do not count.</summary>
    public int AcceptedPoints { get; init; }

    /// <summary>A track that begins where the ride was started; empty when that place is not known.</summary>
    public static Track From(Fix? start) => start is { } fix ? new Track { Smoother = Smoother.At(fix, UsualAccuracyMetres), Last = fix } : Empty;

    /// <summary>Adds a position, or says why not.</summary>
    /// <param name="line">Gets the bends of the way as they become final.</param>
    public Step Add(LocationUpdate update, LocationOptions rules, ICollection<GeoPoint>? line = null)
    {
        var accuracy = Math.Max(1, update.AccuracyMetres ?? UsualAccuracyMetres);
        var refusal = Plausibility.After(Last, update.Fix, rules, SlackMetres(accuracy));
        if (refusal is Refusal.Teleport && IsLost(update.Fix, rules)) return new Step(BeginAnewAt(update.Fix, accuracy, rules, line), null, 0);
        if (refusal is not null) return new Step(this, refusal, 0);

        var extended = Extend(update.Fix, accuracy, rules, line) with { AcceptedPoints = AcceptedPoints + 1 };
        return new Step(extended, null, extended.DistanceMetres - DistanceMetres);
    }

    /// <summary>The track as it ends: what is left to the drop-off counts when it is plausible, and the rest of the time was spent standing.</summary>
    public Track End(Fix dropOff, LocationOptions rules, ICollection<GeoPoint>? line = null)
    {
        if (AcceptedPoints == 0) return Empty;
        // The place of the drop-off comes without an accuracy, but from the same phone.
        var accuracy = Smoother!.Accuracy;
        var refusal = Plausibility.After(Last, dropOff, rules, SlackMetres(accuracy));
        if (refusal is null) return Show(Smoother.End(dropOff, accuracy, rules, line)) with { Last = dropOff };

        var reading = Smoother.Finish(rules, line);
        return refusal is Refusal.Duplicate ? Show(reading.End(dropOff.At, rules)) : this;
    }

    /// <summary>A wrong position that was believed would make every right one a jump; after a minute the new ones are believed instead.</summary>
    bool IsLost(Fix next, LocationOptions rules) => next.At - Last!.Value.At > rules.OfferableFor;

    Track BeginAnewAt(Fix fix, double accuracy, LocationOptions rules, ICollection<GeoPoint>? line) =>
        this with { Smoother = Smoother!.Resume(fix, accuracy, rules, line), Last = fix, AcceptedPoints = AcceptedPoints + 1 };

    Track Extend(Fix next, double accuracy, LocationOptions rules, ICollection<GeoPoint>? line)
    {
        if (Smoother is not { } smoother) return this with { Smoother = Smoother.At(next, accuracy), Last = next };

        // The place of the start comes without an accuracy, but from the same phone.
        if (AcceptedPoints == 0) smoother = Smoother.At(Last!.Value, Math.Max(smoother.Accuracy, accuracy));
        var (taken, reading) = smoother.Take(next, accuracy, rules, line);
        return (this with { Smoother = taken, Last = next }).Show(reading);
    }

    Track Show(Odometer reading) => this with
    {
        DistanceMetres = Math.Max(DistanceMetres, reading.Metres),
        SlowSeconds = reading.SlowSeconds,
        SlowDistanceMetres = reading.SlowMetres,
    };

    double SlackMetres(double accuracy) => SlackPerAccuracy * (Excess(accuracy) + (Smoother is { } smoother ? Excess(smoother.Accuracy) : 0));

    static double Excess(double accuracy) => Math.Max(0, accuracy - UsualAccuracyMetres);
}

/// <summary>A track after one more position: lengthened, or unchanged with the reason.</summary>
readonly record struct Step(Track Track, Refusal? Refusal, double AddedMetres);
