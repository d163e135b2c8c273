namespace Tumpang.Billing.Surge;

/// <summary>What there is in a cell and the eight around it: that far drivers come.</summary>
/// <param name="Waiting">Passengers who look for a driver.</param>
/// <param name="Quoting">Passengers who asked for a price lately.</param>
/// <param name="Free">Drivers who could be offered a ride.</param>
internal readonly record struct CellPressure(int Waiting, int Quoting, int Free);

/// <summary>The surge of a cell.</summary>
/// <param name="SmoothedBasisPoints">Where it is going; remembered, never charged.</param>
/// <param name="MultiplierBasisPoints">What is charged: 13 000 for 1.3 times the price of the trip.</param>
internal readonly record struct CellSurge(int SmoothedBasisPoints, int MultiplierBasisPoints)
{
    /// <summary>As if there were no surge.</summary>
    public static CellSurge None { get; } = new(SurgeFormula.Neutral, SurgeFormula.Neutral);
}

/// <summary>How prices follow demand. Pure, integers only: whichever copy works it out, and however often, finds the same.</summary>
internal static class SurgeFormula
{
    /// <summary>Neither more nor less.</summary>
    public const int Neutral = Rounding.AllBasisPoints;

    const int One = 100;

    /// <summary>Where a multiplier would settle if everything stayed as it is: more with every passenger, less with every driver.</summary>
    public static int TargetOf(CellPressure pressure, int mostBasisPoints, SurgeOptions options)
    {
        var demand = ((long)pressure.Waiting * One) + ((long)pressure.Quoting * options.QuoteWeightPercent);
        if (demand < (long)options.LeastDemand * One) return Neutral;

        // One driver more than there are: the first passenger without a driver raises no price.
        var supply = ((long)pressure.Free + 1) * One;
        var more = options.SlopeBasisPoints * (demand - supply) / supply;
        return (int)Math.Clamp(Neutral + more, Neutral, mostBasisPoints);
    }

    /// <summary>The next state of a cell.</summary>
    public static CellSurge Next(CellSurge before, CellPressure pressure, int mostBasisPoints, SurgeOptions options)
    {
        var target = TargetOf(pressure, mostBasisPoints, options);
        var smoothed = Math.Clamp(Smoothed(before.SmoothedBasisPoints, target, options.SmoothingPercent), Neutral, mostBasisPoints);
        return new(smoothed, Math.Clamp(Stepped(before.MultiplierBasisPoints, smoothed, options), Neutral, mostBasisPoints));
    }

    /// <summary>A share of the way, and never less than one basis point of it: it arrives.</summary>
    static int Smoothed(int before, int target, int percent)
    {
        var way = (long)target - before;
        var step = ((Math.Abs(way) * percent) + One - 1) / One;
        return (int)(before + (Math.Sign(way) * step));
    }

    /// <summary>
    /// Stays where it is until the smoothed value is clearly elsewhere. Both thresholds are more than half a step, so that the edge at which a price rises lies
    /// above the one at which it falls again, and what wavers between the two changes nothing.
    /// </summary>
    static int Stepped(int before, int smoothed, SurgeOptions options) =>
        smoothed >= before + options.UpAfter || smoothed <= before - options.DownAfter
            ? (smoothed + (SurgeOptions.Step / 2)) / SurgeOptions.Step * SurgeOptions.Step
            : before;
}
