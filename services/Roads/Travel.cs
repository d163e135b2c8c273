namespace Tumpang.Roads;

/// <summary>
/// Driving time and distance in one number that can be added and compared: milliseconds above, decimetres below. Quicker is less; of two ways that
/// are equally quick, the shorter. Whole units make sums exact, so that every order of adding, and every algorithm, gives the same figures.
/// Holds up to 1 677 km and any time.
/// </summary>
internal readonly record struct Travel(long Value) : IComparable<Travel>
{
    const int DistanceBits = 24;
    const long DistanceMask = (1L << DistanceBits) - 1;

    /// <summary>More than any way takes.</summary>
    public static readonly Travel Never = new(long.MaxValue / 4);

    public double Seconds => (Value >> DistanceBits) / 1000.0;

    public double Metres => (Value & DistanceMask) / 10.0;

    public static Travel operator +(Travel one, Travel other) => new(one.Value + other.Value);

    public static bool operator <(Travel one, Travel other) => one.Value < other.Value;

    public static bool operator >(Travel one, Travel other) => one.Value > other.Value;

    public static bool operator <=(Travel one, Travel other) => one.Value <= other.Value;

    public static bool operator >=(Travel one, Travel other) => one.Value >= other.Value;

    public static Travel Of(double metres, double seconds) =>
        new(((long)Math.Round(seconds * 1000) << DistanceBits) + (long)Math.Round(metres * 10));

    public int CompareTo(Travel other) => Value.CompareTo(other.Value);
}
