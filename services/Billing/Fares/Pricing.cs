using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Fares;

/// <summary>When a ride begins, as its surcharges see it: the wall clock of the city, and whether the day is a legal holiday there.</summary>
internal readonly record struct LocalPickup(DateTime At, bool IsHoliday);

/// <summary>Turns what was driven into the lines of a fare. Pure, integers only; the order of the lines is the order of the rules.</summary>
internal static class Pricing
{
    public const long MicrometresPerMetre = 1_000_000;

    /// <summary>Code of the line of <see cref="FarePolicy.SalesTax"/>.</summary>
    public const string SalesTaxCode = "sales-tax";

    /// <summary>Code of the line that demand adds.</summary>
    public const string SurgeCode = "surge";

    /// <summary>Code of the only line of a price that was promised by a quote whose lines were not known when the fare was made.</summary>
    public const string QuotedCode = "quoted";

    /// <summary>What the ride costs under this policy; the lines sum to the fare.</summary>
    public static Price PriceOf(this FarePolicy policy, FareInputs inputs)
    {
        if (inputs.Quoted is { } quoted) return policy.Honour(quoted, inputs);

        var lines = new List<FareLine>(12);
        AddTrip(lines, policy, inputs);
        AddNightRate(lines, policy, inputs);
        AddSurge(lines, inputs);
        AddSurcharges(lines, policy, inputs);
        Add(lines, "waiting", policy.Waiting.PriceOf(inputs.WaitedSeconds));
        Add(lines, "pickup-distance", policy.Pickup.PriceOf(inputs.PickupMetres));
        Add(lines, "stops", policy.StopMinorUnits * inputs.Stops);
        Add(lines, "booking", policy.BookingMinorUnits);
        AddZoneFees(lines, policy, inputs);
        AddTaxes(lines, policy);
        return Rounded(policy, lines);
    }

    /// <summary>As above, of a ride that met nothing but road and hour.</summary>
    public static Price PriceOf(this FarePolicy policy, Journey journey, LocalPickup pickup) => policy.PriceOf(journey.From(pickup));

    /// <summary>The journey that began at this hour.</summary>
    public static FareInputs From(this Journey journey, LocalPickup pickup) => new(
        journey.DistanceMetres, journey.DurationSeconds, journey.SlowDistanceMetres, journey.SlowSeconds, pickup.At, pickup.IsHoliday);

    /// <summary>The same ride, had this been driven.</summary>
    public static FareInputs Within(this Journey journey, FareInputs inputs) => inputs with
    {
        DistanceMetres = journey.DistanceMetres,
        DurationSeconds = journey.DurationSeconds,
        SlowDistanceMetres = journey.SlowDistanceMetres,
        SlowSeconds = journey.SlowSeconds,
    };

    /// <summary>
    /// The lines that were quoted stand; only the waits at the pickup and at places on the way, which no quote can know, come on top of them. A meter
    /// needs no such line for the latter: its time runs.
    /// </summary>
    static Price Honour(this FarePolicy policy, IReadOnlyList<FareLine> quoted, FareInputs inputs)
    {
        var waiting = policy.Waiting.PriceOf(inputs.WaitedSeconds) + (inputs.WaitedAtStops ?? []).Sum(policy.Waiting.PriceOf);
        if (waiting == 0) return new(quoted);

        List<FareLine> lines = [.. quoted];
        Add(lines, "waiting", waiting);
        Add(lines, SalesTaxCode, policy.SalesTax.On(waiting));
        return Rounded(policy, lines);
    }

    static void AddTrip(List<FareLine> lines, FarePolicy policy, FareInputs inputs)
    {
        var journey = new Journey(inputs.DistanceMetres, inputs.DurationSeconds, inputs.SlowDistanceMetres, inputs.SlowSeconds);
        Add(lines, "base", policy.BaseMinorUnits);
        if (policy.Tariff == TariffKind.TaxiMeter)
        {
            Add(lines, "meter", AdditionalUnits(policy, journey) * policy.Distance.MinorUnits);
        }
        else
        {
            Add(lines, "distance", PriceOfDistance(policy, journey.DistanceMetres));
            Add(lines, "time", policy.Time.PriceOf(journey.DurationSeconds));
        }

        Add(lines, "minimum", policy.MinimumMinorUnits - Sum(lines));
    }

    static void AddNightRate(List<FareLine> lines, FarePolicy policy, FareInputs inputs)
    {
        if (policy.Night is { } night && night.AppliesAt(inputs.LocalStart))
        {
            Add(lines, "night-rate", Rounding.HalfToEven((Int128)Sum(lines) * night.BasisPoints, Rounding.AllBasisPoints));
        }
    }

    /// <summary>Demand raises the price of the trip, and nothing that is fixed: no surcharge, fee or toll.</summary>
    static void AddSurge(List<FareLine> lines, FareInputs inputs)
    {
        if (inputs.Surge is { MultiplierBasisPoints: var multiplier })
        {
            Add(lines, SurgeCode, Rounding.HalfToEven((Int128)Sum(lines) * (multiplier - Rounding.AllBasisPoints), Rounding.AllBasisPoints));
        }
    }

    static void AddSurcharges(List<FareLine> lines, FarePolicy policy, FareInputs inputs)
    {
        foreach (var surcharge in policy.Surcharges)
        {
            if (surcharge.AppliesAt(inputs.LocalStart, inputs.IsHoliday)) Add(lines, surcharge.Code, surcharge.MinorUnits);
        }
    }

    static void AddZoneFees(List<FareLine> lines, FarePolicy policy, FareInputs inputs)
    {
        foreach (var fee in policy.ZoneFees)
        {
            if (inputs.ZonesMet.Contains(new(fee.ZoneId, fee.On))) Add(lines, fee.Code, fee.MinorUnits);
        }
    }

    static void AddTaxes(List<FareLine> lines, FarePolicy policy)
    {
        var salesTax = policy.SalesTax.On(Sum(lines));
        if (policy.TaxCode is { } tax) Add(lines, tax, policy.TaxMinorUnits);
        Add(lines, SalesTaxCode, salesTax);
    }

    /// <summary>Each section of the way at its own rate.</summary>
    static long PriceOfDistance(FarePolicy policy, int metres)
    {
        var (price, from, rate) = (0L, 0, policy.Distance);
        foreach (var section in policy.DistanceSections)
        {
            price += rate.PriceOf(Math.Clamp(metres - from, 0, section.FromMetres - from) * MicrometresPerMetre);
            (from, rate) = (section.FromMetres, section.Rate);
        }

        return price + rate.PriceOf(Math.Max(0, metres - from) * MicrometresPerMetre);
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
        var exact = Sum(lines);
        var rounded = Rounding.ToStep(exact, policy.RoundingMinorUnits);
        if (rounded != exact)
        {
            lines.Add(new("rounding", rounded - exact));
        }

        return new(lines);
    }

    static long Sum(List<FareLine> lines)
    {
        var sum = 0L;
        foreach (var line in lines) sum = checked(sum + line.AmountMinorUnits);
        return sum;
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

    /// <summary>What the lines of a code sum to.</summary>
    public long Of(string? code) => Lines.Where(line => line.Code == code).Sum(line => line.AmountMinorUnits);
}
