using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Tumpang.Contracts;

namespace Tumpang.Locations;

/// <summary>
/// Turns a phone's positions into the way that its car took. Each position goes through a Kalman filter and waits until later ones have shown where
/// the car really was; only then it moves the odometer. The whole state is here, in less than a kilobyte, and equal states go on equally.
/// </summary>
/// <param name="Origin">Where metres are counted from, and from when milliseconds.</param>
/// <param name="Passed">The way up to the oldest position that waits; null before the first has passed.</param>
/// <param name="Pending">Positions that wait for later ones, oldest first, each as the filter saw it then. Never empty.</param>
sealed record Smoother(Fix Origin, Odometer? Passed, ImmutableArray<Motion> Pending)
{
    /// <summary>A phone that reports many times a second must not make the state grow; its positions then wait for less time.</summary>
    const int MostPending = 16;

    /// <summary>Of the stored state.</summary>
    const byte Format = 1;

    const double MetresPerDegree = 111_194.93;

    readonly double metresPerDegreeEast = MetresPerDegree * Math.Max(0.01, Math.Cos(double.DegreesToRadians(Origin.Position.Latitude)));

    /// <summary>Accuracy of the newest position, metres.</summary>
    public double Accuracy => Pending[^1].Accuracy;

    /// <summary>Where the counted way ends.</summary>
    public Fix Anchor => Passed?.Anchor ?? FixOf(Pending[0]);

    public static Smoother At(Fix first, double accuracy) => new(first, null, [Motion.First(0, 0, 0, accuracy)]);

    /// <summary>Goes on from where an older release stopped counting.</summary>
    public static Smoother At(Fix anchor, double accuracy, double metres, double slowSeconds, double slowMetres) =>
        At(anchor, accuracy) with { Passed = Odometer.At(anchor) with { Metres = metres, SlowSeconds = slowSeconds, SlowMetres = slowMetres } };

    /// <summary>Takes in the next position; lets pass what has waited long enough.</summary>
    /// <param name="line">Gets the bends of the way as they become final.</param>
    /// <returns>The state, and what the odometer would show if the car stopped here.</returns>
    public (Smoother Next, Odometer Reading) Take(Fix next, double accuracy, LocationOptions rules, ICollection<GeoPoint>? line = null)
    {
        var seen = Pending[^1].Later(MillisecondsAt(next), rules.Jolt).Seen(East(next.Position), North(next.Position), accuracy);
        var waiting = Pending.Add(seen);
        var smoothed = Smooth(waiting, rules.Jolt);
        var (passed, done) = (Passed, 0);
        var waitedEnough = seen.Milliseconds - rules.SmoothedFor.TotalMilliseconds;
        while (done < waiting.Length - 1 && (waiting.Length - done > MostPending || waiting[done].Milliseconds <= waitedEnough))
        {
            passed = Pass(passed, smoothed[done++], rules, line);
        }

        return (this with { Passed = passed, Pending = waiting.RemoveRange(0, done) }, PassAll(passed, smoothed.AsSpan(done), rules, null));
    }

    /// <summary>Takes in the last position, and lets all pass.</summary>
    public Odometer End(Fix last, double accuracy, LocationOptions rules, ICollection<GeoPoint>? line)
    {
        var ended = Pending[^1].Later(MillisecondsAt(last), rules.Jolt).Ended(East(last.Position), North(last.Position), accuracy);
        return (this with { Pending = Pending.Add(ended) }).Finish(rules, line).End(last.At, rules);
    }

    /// <summary>Lets all pass: nothing more will be known of them.</summary>
    public Odometer Finish(LocationOptions rules, ICollection<GeoPoint>? line = null) => PassAll(Passed, Smooth(Pending, rules.Jolt), rules, line);

    /// <summary>Finishes, and begins again elsewhere; the way there does not count.</summary>
    public Smoother Resume(Fix next, double accuracy, LocationOptions rules, ICollection<GeoPoint>? line = null) => this with
    {
        Passed = Finish(rules, line).Resume(FixOf(FirstAt(next, accuracy))),
        Pending = [FirstAt(next, accuracy)],
    };

    /// <summary>The state as it is stored.</summary>
    public byte[] ToBytes()
    {
        var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Format);
        Write(writer, Origin.Position);
        writer.Write(Origin.At.UtcTicks);
        writer.Write(Passed is not null);
        if (Passed is { } passed)
        {
            Write(writer, passed.Anchor.Position);
            writer.Write(MillisecondsAt(passed.Anchor));
            Write(writer, passed.Previous);
            Write(writer, passed.BeforePrevious ?? default);
            foreach (var number in (ReadOnlySpan<double>)[passed.WalkedMetres, passed.Metres, passed.SlowSeconds, passed.SlowMetres]) writer.Write(number);
        }

        writer.Write(MemoryMarshal.AsBytes(Pending.AsSpan()));
        return stream.ToArray();
    }

    /// <summary>The state as it was stored; null when it is of another release.</summary>
    public static Smoother? FromBytes(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        if (reader.ReadByte() != Format) return null;
        var origin = new Fix(ReadPoint(reader), new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero));
        var passed = reader.ReadBoolean() ? ReadOdometer(reader, origin.At) : (Odometer?)null;
        return new Smoother(origin, passed, [.. MemoryMarshal.Cast<byte, Motion>(bytes.AsSpan((int)reader.BaseStream.Position))]);
    }

    public bool Equals(Smoother? other) =>
        other is not null && Origin == other.Origin && Passed == other.Passed && Pending.AsSpan().SequenceEqual(other.Pending.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Origin, Passed, Pending.Length, Pending[^1]);

    static Odometer ReadOdometer(BinaryReader reader, DateTimeOffset origin)
    {
        var anchor = new Fix(ReadPoint(reader), origin.AddMilliseconds(reader.ReadInt64()));
        var (previous, before) = (ReadPoint(reader), ReadPoint(reader));
        return new(anchor, previous, before == default ? null : before, reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble());
    }

    static void Write(BinaryWriter writer, GeoPoint point)
    {
        writer.Write(point.Latitude);
        writer.Write(point.Longitude);
    }

    static GeoPoint ReadPoint(BinaryReader reader) => new(reader.ReadDouble(), reader.ReadDouble());

    Motion FirstAt(Fix fix, double accuracy) => Motion.First(MillisecondsAt(fix), East(fix.Position), North(fix.Position), accuracy);

    Odometer PassAll(Odometer? passed, ReadOnlySpan<Motion> motions, LocationOptions rules, ICollection<GeoPoint>? line)
    {
        foreach (var motion in motions) passed = Pass(passed, motion, rules, line);
        return passed!.Value;
    }

    Odometer Pass(Odometer? passed, Motion motion, LocationOptions rules, ICollection<GeoPoint>? line)
    {
        var fix = FixOf(motion);
        var next = passed?.Pass(fix, Math.Max(rules.MinNoiseMetres, rules.NoisePerAccuracy * motion.Accuracy), rules) ?? Odometer.At(fix);
        if (passed is not null && next.Anchor != passed.Value.Anchor) line?.Add(fix.Position);
        return next;
    }

    static Motion[] Smooth(ImmutableArray<Motion> motions, double jolt)
    {
        var smoothed = motions.ToArray();
        for (var index = smoothed.Length - 2; index >= 0; index--) smoothed[index] = smoothed[index].Given(smoothed[index + 1], jolt);
        return smoothed;
    }

    double East(GeoPoint position) => Math.IEEERemainder(position.Longitude - Origin.Position.Longitude, 360) * metresPerDegreeEast;

    double North(GeoPoint position) => (position.Latitude - Origin.Position.Latitude) * MetresPerDegree;

    long MillisecondsAt(Fix fix) => (long)(fix.At - Origin.At).TotalMilliseconds;

    Fix FixOf(Motion motion) => new(
        new GeoPoint(Origin.Position.Latitude + (motion.North / MetresPerDegree), Origin.Position.Longitude + (motion.East / metresPerDegreeEast)),
        Origin.At.AddMilliseconds(motion.Milliseconds));
}
