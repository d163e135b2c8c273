using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Tumpang.Zones;

namespace Tumpang.Billing.Tariffs;

/// <summary>A fare policy as operators write and read it. All amounts are in minor units of the city's currency.</summary>
/// <param name="Band">The hours for which it is made; every hour when absent.</param>
/// <param name="Active">False to end a band: from then on the wider one holds.</param>
/// <param name="RoundingMinorUnits">Fares are multiples of it; the smallest amount in use when absent.</param>
/// <param name="Deviation">For upfront prices; the usual limits when absent.</param>
/// <param name="ValidFrom">City time, not in the past; at once when absent.</param>
internal sealed record FarePolicyDocument(
    string Name, string CityId, VehicleClass VehicleClass, PricingMode Mode, TariffKind Tariff, long BaseMinorUnits, DistanceRate Distance, TimeRate Time,
    CommissionTerms Commission, CancellationTerms Cancellation, TimeBand? Band = null, bool Active = true, IReadOnlyList<SectionRate>? DistanceSections = null,
    long MinimumMinorUnits = 0, NightRate? Night = null, IReadOnlyList<Surcharge>? Surcharges = null, WaitingRule? Waiting = null, PickupTerms? Pickup = null,
    long StopMinorUnits = 0, long BookingMinorUnits = 0, IReadOnlyList<ZoneFee>? ZoneFees = null, TaxTerms? Tax = null, SalesTax? SalesTax = null,
    long? RoundingMinorUnits = null, DeviationRule? Deviation = null, DateTimeOffset? ValidFrom = null)
{
    /// <summary>Of one unit of anything: keeps every fare of a lawful ride far within 64 bits.</summary>
    const long LargestAmount = 1_000_000_000;

    const int LongestList = 50;

    /// <summary>What is wrong with it, by its field; null when nothing is.</summary>
    public Problem? Refuse(Cities cities, ZoneIndex zones, DateTimeOffset now) =>
        RefuseGaps() ?? RefuseScope(cities, now) ?? RefuseAmounts() ?? RefuseCancellation() ?? RefuseHours() ?? RefuseRates() ?? RefuseShares() ?? RefuseZoneFees(zones);

    /// <summary>The policy that it says, under the id of its line of versions.</summary>
    public FarePolicy ToPolicy(Guid policyId, int version, string currency, DateTimeOffset now) => new()
    {
        PolicyId = policyId,
        Version = version,
        Name = Name,
        CityId = CityId,
        VehicleClass = VehicleClass,
        Band = Band ?? TimeBand.AllDay,
        IsActive = Active,
        Mode = Mode,
        Tariff = Tariff,
        Currency = currency,
        BaseMinorUnits = BaseMinorUnits,
        Distance = new(Distance.MinorUnits, Distance.UnitMicrometres),
        DistanceSections = [.. (DistanceSections ?? []).Select(section => new DistanceSection(section.FromMetres, new(section.MinorUnits, section.UnitMicrometres)))],
        Time = new(Time.MinorUnits, Time.UnitSeconds),
        MinimumMinorUnits = MinimumMinorUnits,
        Night = Night,
        Surcharges = Surcharges ?? [],
        Waiting = Waiting ?? WaitingRule.None,
        Pickup = Pickup is { } pickup ? new(pickup.FreeMetres, new(pickup.MinorUnits, pickup.UnitMicrometres)) : PickupRule.None,
        StopMinorUnits = StopMinorUnits,
        BookingMinorUnits = BookingMinorUnits,
        ZoneFees = ZoneFees ?? [],
        TaxCode = Tax?.Code,
        TaxMinorUnits = Tax?.MinorUnits ?? 0,
        SalesTax = SalesTax ?? SalesTax.None,
        RoundingMinorUnits = RoundingMinorUnits ?? Currencies.SmallestAmount(currency),
        CommissionBasisPoints = Commission.BasisPoints,
        CommissionMinorUnits = Commission.MinorUnits,
        Deviation = Deviation ?? (Mode == PricingMode.Upfront ? DeviationRule.Usual : DeviationRule.Never),
        Cancellation = Cancellation.ToRule(),
        ValidFrom = ValidFrom is { } from ? DateTimeOffset.FromUnixTimeSeconds(from.ToUnixTimeSeconds()) : now,
    };

    /// <summary>As it would have to be written to say the same again.</summary>
    public static FarePolicyDocument Of(FarePolicy policy) => new(
        policy.Name, policy.CityId, policy.VehicleClass, policy.Mode, policy.Tariff, policy.BaseMinorUnits,
        new(policy.Distance.MinorUnits, policy.Distance.UnitSize), new(policy.Time.MinorUnits, policy.Time.UnitSize),
        new(policy.CommissionBasisPoints, policy.CommissionMinorUnits),
        CancellationTerms.Of(policy.Cancellation), policy.Band, policy.IsActive,
        [.. policy.DistanceSections.Select(section => new SectionRate(section.FromMetres, section.Rate.MinorUnits, section.Rate.UnitSize))],
        policy.MinimumMinorUnits, policy.Night, [.. policy.Surcharges.Select(Named)], policy.Waiting,
        policy.Pickup == PickupRule.None ? null : new(policy.Pickup.FreeMetres, policy.Pickup.Rate.MinorUnits, policy.Pickup.Rate.UnitSize),
        policy.StopMinorUnits, policy.BookingMinorUnits,
        [.. policy.ZoneFees.Select(Named)], policy.TaxCode is { } tax ? new(tax, policy.TaxMinorUnits) : null, policy.SalesTax, policy.RoundingMinorUnits, policy.Deviation,
        policy.ValidFrom);

    // Numbers were taken for days and meetings once. One that is no day never came; one that is no meeting is a crossing.
    static Surcharge Named(Surcharge surcharge) => surcharge with { Days = surcharge.Days?.Where(day => Enum.IsDefined(day)).ToList() };

    static ZoneFee Named(ZoneFee fee) => Enum.IsDefined(fee.On) ? fee : fee with { On = ZoneMeeting.Crossing };

    /// <summary>JSON may have nothing where a list should have a member.</summary>
    Problem? RefuseGaps() => Gap("surcharges", Surcharges) ?? Gap("distanceSections", DistanceSections) ?? Gap("zoneFees", ZoneFees);

    Problem? RefuseScope(Cities cities, DateTimeOffset now)
    {
        if (Name is not { Length: > 0 and <= 100 }) return Problem.Invalid("name", "A name has 1 to 100 letters.");
        if (cities.Find(CityId) is not { } city) return Problem.Invalid("cityId", "There is no such city.");
        if (!city.VehicleClasses.Contains(VehicleClass)) return Problem.Invalid("vehicleClass", $"{city.Name} has no class {VehicleClass}.");
        if (ValidFrom < now) return Problem.Invalid("validFrom", "A policy holds from now or later: what was priced stays as it was.");
        return Band is { } band && !IsCode(band.Name) ? NotACode("band.name") : null;
    }

    Problem? RefuseAmounts() =>
        Outside("baseMinorUnits", BaseMinorUnits) ?? Outside("minimumMinorUnits", MinimumMinorUnits) ?? Outside("stopMinorUnits", StopMinorUnits)
        ?? Outside("bookingMinorUnits", BookingMinorUnits) ?? Outside("tax.minorUnits", Tax?.MinorUnits ?? 0)
        ?? Outside("waiting.perMinuteMinorUnits", Waiting?.PerMinuteMinorUnits ?? 0) ?? Outside("waiting.freeSeconds", Waiting?.FreeSeconds ?? 0)
        ?? Outside("commission.minorUnits", Commission.MinorUnits) ?? Outside("roundingMinorUnits", RoundingMinorUnits ?? 1, least: 1)
        ?? (RoundingMinorUnits is { } step && MinimumMinorUnits % step != 0 ? Problem.Invalid("minimumMinorUnits", "The minimum is a multiple of the rounding step.") : null);

    /// <summary>If it fell from phase to phase, a passenger would do better to let the driver come, and then to stay away.</summary>
    Problem? RefuseCancellation()
    {
        var rule = Cancellation.ToRule();
        return Outside("cancellation.feeMinorUnits", rule.FeeMinorUnits) ?? Outside("cancellation.graceSeconds", Cancellation.GraceSeconds)
            ?? Outside("cancellation.atPickupMinorUnits", rule.FeeIn(CancellationPhase.AtPickup))
            ?? Outside("cancellation.noShowMinorUnits", rule.FeeIn(CancellationPhase.NoShow))
            ?? (rule.FeeIn(CancellationPhase.AtPickup) < rule.FeeMinorUnits
                ? Problem.Invalid("cancellation.atPickupMinorUnits", "Not less than while the driver is on the way.")
                : null)
            ?? (rule.FeeIn(CancellationPhase.NoShow) < rule.FeeIn(CancellationPhase.AtPickup)
                ? Problem.Invalid("cancellation.noShowMinorUnits", "Not less than for cancelling at the pickup.")
                : null)
            ?? Outside("cancellation.driverFeeMinorUnits", Cancellation.DriverFeeMinorUnits ?? 0)
            ?? Outside("cancellation.driverGraceSeconds", Cancellation.DriverGraceSeconds ?? 0)
            ?? (Cancellation is { DriverGraceSeconds: not null, DriverFeeMinorUnits: null }
                ? Problem.Invalid("cancellation.driverGraceSeconds", "There is no fee of the driver that it would be for.")
                : null);
    }

    Problem? RefuseHours()
    {
        if (Band?.Days is { Count: 0 }) return Problem.Invalid("band.days", "Say on which days, or leave the days out for all of them.");
        if (Night is { } night && night.From == night.To) return Problem.Invalid("night.to", "A night ends at another time than it begins.");
        if (Night is { BasisPoints: < 0 or > 100_000 }) return Problem.Invalid("night.basisPoints", "From 0 to 100 000 basis points.");
        foreach (var (index, surcharge) in (Surcharges ?? []).Index())
        {
            if (RefuseLineCode($"surcharges[{index}].code", surcharge.Code) is { } code) return code;
            if (surcharge.From == surcharge.To) return Problem.Invalid($"surcharges[{index}].to", "A surcharge ends at another time than it begins.");
            if (Outside($"surcharges[{index}].minorUnits", surcharge.MinorUnits) is { } amount) return amount;
        }

        return Surcharges is { Count: > LongestList } ? TooLong("surcharges") : null;
    }

    Problem? RefuseRates()
    {
        var fromMetres = 0;
        foreach (var (index, section) in (DistanceSections ?? []).Index())
        {
            if (section.FromMetres <= fromMetres) return Problem.Invalid($"distanceSections[{index}].fromMetres", "Sections follow each other along the way.");
            if (RefuseLength($"distanceSections[{index}]", section.MinorUnits, section.UnitMicrometres) is { } rate) return rate;
            fromMetres = section.FromMetres;
        }

        if (DistanceSections is { Count: > LongestList }) return TooLong("distanceSections");
        if (Tariff == TariffKind.TaxiMeter && fromMetres > 0) return Problem.Invalid("distanceSections", "A taximeter counts all units at one price.");
        if (Tariff == TariffKind.TaxiMeter && Distance.MinorUnits != Time.MinorUnits)
        {
            return Problem.Invalid("time.minorUnits", "On a taximeter a unit of time costs what a unit of distance does.");
        }

        return RefuseLength("distance", Distance.MinorUnits, Distance.UnitMicrometres)
            ?? Outside("time.minorUnits", Time.MinorUnits)
            ?? (Time.UnitSeconds is < 1 or > 86_400 ? Problem.Invalid("time.unitSeconds", "From 1 to 86 400 seconds.") : null)
            ?? (Pickup is { } pickup ? Outside("pickup.freeMetres", pickup.FreeMetres) ?? RefuseLength("pickup", pickup.MinorUnits, pickup.UnitMicrometres) : null);
    }

    Problem? RefuseShares()
    {
        if (Commission.BasisPoints is < 0 or > Rounding.AllBasisPoints) return Problem.Invalid("commission.basisPoints", "From 0 to 10 000 basis points.");
        if (SalesTax is { BasisPoints: < 0 or > Rounding.AllBasisPoints }) return Problem.Invalid("salesTax.basisPoints", "From 0 to 10 000 basis points.");
        if (Tax is { } tax && (!IsCode(tax.Code) || OwnCodes.Contains(tax.Code))) return NotACode("tax.code");
        return Deviation is { DropOffMetres: < 0 } ? Problem.Invalid("deviation.dropOffMetres", "Not negative.")
            : Deviation is { DistanceBasisPoints: < 0 } ? Problem.Invalid("deviation.distanceBasisPoints", "Not negative.")
            : Deviation is { DurationBasisPoints: < 0 } ? Problem.Invalid("deviation.durationBasisPoints", "Not negative.")
            : null;
    }

    Problem? RefuseZoneFees(ZoneIndex zones)
    {
        foreach (var (index, fee) in (ZoneFees ?? []).Index())
        {
            if (RefuseLineCode($"zoneFees[{index}].code", fee.Code) is { } code) return code;
            if (zones.Find(CityId, fee.ZoneId) is null) return Problem.Invalid($"zoneFees[{index}].zoneId", "There is no such zone in this city.");
            if (Outside($"zoneFees[{index}].minorUnits", fee.MinorUnits) is { } amount) return amount;
        }

        return ZoneFees is { Count: > LongestList } ? TooLong("zoneFees") : null;
    }

    static Problem? RefuseLength(string field, long minorUnits, long unitMicrometres) =>
        Outside($"{field}.minorUnits", minorUnits)
        ?? (unitMicrometres is < Pricing.MicrometresPerMetre or > 1_000 * 1_000 * Pricing.MicrometresPerMetre
            ? Problem.Invalid($"{field}.unitMicrometres", "A unit is from 1 metre to 1 000 kilometres long.")
            : null);

    static Problem? Outside(string field, long number, long least = 0) =>
        number < least || number > LargestAmount ? Problem.Invalid(field, $"From {least} to {LargestAmount}.") : null;

    /// <summary>A line of the fare is known by its code: under one of ours it would be taken for ours, under the tax's for a tax.</summary>
    Problem? RefuseLineCode(string field, string code) =>
        !IsCode(code) || OwnCodes.Contains(code) ? NotACode(field)
        : code == Tax?.Code ? Problem.Invalid(field, "This is the code of the tax.")
        : null;

    static Problem NotACode(string field) => Problem.Invalid(field, "A code has 1 to 40 small letters, digits and hyphens, and is not one that we use ourselves.");

    static Problem? Gap<T>(string field, IReadOnlyList<T?>? members)
        where T : class
    {
        foreach (var (index, member) in (members ?? []).Index())
        {
            if (member is null) return Problem.Invalid($"{field}[{index}]", "A member of a list is not null.");
        }

        return null;
    }

    static Problem TooLong(string field) => Problem.Invalid(field, $"At most {LongestList}.");

    static bool IsCode(string? text) =>
        text is { Length: > 0 and <= 40 } && text.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-');
}

/// <summary>So much per so many micrometres: a fifth of a mile is 321 868 800.</summary>
internal sealed record DistanceRate(long MinorUnits, long UnitMicrometres);

/// <summary>So much per so many seconds.</summary>
internal sealed record TimeRate(long MinorUnits, long UnitSeconds);

/// <summary>From so many metres on, so much per so many micrometres.</summary>
internal sealed record SectionRate(int FromMetres, long MinorUnits, long UnitMicrometres);

/// <summary>The driver's way to the pickup, beyond so many metres.</summary>
internal sealed record PickupTerms(int FreeMetres, long MinorUnits, long UnitMicrometres);

/// <summary>A fixed tax of every ride.</summary>
internal sealed record TaxTerms(string Code, long MinorUnits);

/// <summary>Our share of a fare without its taxes, and of every ride besides.</summary>
internal sealed record CommissionTerms(int BasisPoints, long MinorUnits = 0);
