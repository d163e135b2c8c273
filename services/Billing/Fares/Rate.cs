namespace Tumpang.Billing.Fares;

/// <summary>A price for so much of something, as a fraction, so that "50 cents per fifth of a mile" stays exact.</summary>
/// <param name="MinorUnits">The price of one unit.</param>
/// <param name="UnitSize">The size of one unit: micrometres for distances, seconds for times. Above zero.</param>
internal readonly record struct Rate(long MinorUnits, long UnitSize)
{
    /// <summary>The price of <paramref name="amount"/>, rounded half to even to the minor unit.</summary>
    public long PriceOf(long amount) => Rounding.HalfToEven((Int128)amount * MinorUnits, UnitSize);
}

/// <summary>The only ways in which money is rounded here. Integers throughout: 3 000 × 0.29 is 870.</summary>
internal static class Rounding
{
    /// <summary>All of it; also the denominator of every basis point.</summary>
    public const int AllBasisPoints = 10_000;

    /// <summary>numerator / denominator to the nearest integer, ties to the even one. Neither may be negative, the denominator not zero.</summary>
    public static long HalfToEven(Int128 numerator, Int128 denominator)
    {
        var (quotient, rest) = Int128.DivRem(numerator, denominator);
        var doubled = rest * 2;
        var up = doubled > denominator || (doubled == denominator && Int128.IsOddInteger(quotient));
        return checked((long)(up ? quotient + 1 : quotient));
    }

    /// <summary>The nearest multiple of <paramref name="step"/>, ties to the even multiple.</summary>
    public static long ToStep(long minorUnits, long step) => step == 1 ? minorUnits : checked(HalfToEven(minorUnits, step) * step);

    /// <summary>So many basis points of an amount, rounded down to a multiple of <paramref name="step"/>.</summary>
    public static long ShareDown(long minorUnits, int basisPoints, long step = 1) =>
        (long)((Int128)minorUnits * basisPoints / ((Int128)AllBasisPoints * step)) * step;
}
