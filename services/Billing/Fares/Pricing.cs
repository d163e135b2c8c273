using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Fares;

/// <summary>When a ride begins, as its surcharges see it: the wall clock of the city, and its holidays.</summary>
internal readonly record struct LocalPickup(DateTime At, IReadOnlySet<DateOnly> Holidays);

/// <summary>Turns a journey into the lines of a fare. Pure, integers only; the order of the lines is the order of the rules.</summary>
internal static class Pricing
{
    const long MicrometresPerMetre = 1_000_000;

    /// <summary>What the journey costs under this policy; the lines sum to the fare.</summary>
    public static Price PriceOf(this FarePolicy policy, Journey journey, LocalPickup pickup)
    {
        var lines = new List<FareLine>(8);
        Add(lines, "base", policy.BaseMinorUnits);
        lines.AddRange(policy.Tariff switch
        {
            TariffKind.TaxiMeter => [new("meter", AdditionalUnits(policy, journey) * policy.Distance.MinorUnits)],
            _ =>
            [
                new("distance", policy.Distance.PriceOf(journey.DistanceMetres * MicrometresPerMetre)),
                new("time", policy.Time.PriceOf(journey.DurationSeconds)),
            ],
        });
        Add(lines, "minimum", policy.MinimumMinorUnits - lines.Sum(line => line.AmountMinorUnits));
        foreach (var surcharge in policy.Surcharges.Where(surcharge => surcharge.AppliesAt(pickup.At, pickup.Holidays)))
        {
            Add(lines, surcharge.Code, surcharge.MinorUnits);
        }

        if (policy.TaxCode is { } tax)
        {
            Add(lines, tax, policy.TaxMinorUnits);
        }

        return Rounded(policy, lines);
    }

    /// <summary>
    /// Units beyond the first, which the initial charge covers. A fifth of a mile when fast and a minute when slow are one unit each,
    /// fractions of both add up, and the unit being accrued is charged whole.
    /// </summary>
    static long AdditionalUnits(FarePolicy policy, Journey journey)
    {
        var accrued = ((Int128)journey.FastDistanceMetres * MicrometresPerMetre * policy.Time.UnitSize)
            + ((Int128)journey.SlowSeconds * policy.Distance.UnitSize);
        var unit = (Int128)policy.Distance.UnitSize * policy.Time.UnitSize;
        var units = (accrued + unit - 1) / unit;
        return checked((long)Int128.Max(0, units - 1));
    }

    static Price Rounded(FarePolicy policy, List<FareLine> lines)
    {
        lines.RemoveAll(line => line.AmountMinorUnits == 0);
        var exact = lines.Sum(line => line.AmountMinorUnits);
        var rounded = Rounding.ToStep(exact, policy.RoundingMinorUnits);
        if (rounded != exact)
        {
            lines.Add(new("rounding", rounded - exact));
        }

        return new(lines);
    }

    static void Add(List<FareLine> lines, string code, long minorUnits)
    {
        if (minorUnits > 0)
        {
            lines.Add(new(code, minorUnits));
        }
    }
}

/// <summary>A fare by its lines, before the driver lowers it.</summary>
internal sealed record Price(IReadOnlyList<FareLine> Lines)
{
    /// <summary>The sum of the lines, minor units.</summary>
    public long MinorUnits => Lines.Sum(line => line.AmountMinorUnits);
}
