using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Fares;

/// <summary>From so many metres on, a kilometre has another price.</summary>
/// <param name="FromMetres">Where the section begins; it ends where the next one does.</param>
/// <param name="Rate">Per micrometres.</param>
internal sealed record DistanceSection(int FromMetres, Rate Rate);

/// <summary>What it costs to let the driver wait at the pickup.</summary>
/// <param name="FreeSeconds">So much of it is free.</param>
/// <param name="PerMinuteMinorUnits">Every second beyond counts, at this price per minute.</param>
internal sealed record WaitingRule(int FreeSeconds, long PerMinuteMinorUnits)
{
    public static WaitingRule None { get; } = new(0, 0);

    public long PriceOf(int waitedSeconds) => new Rate(PerMinuteMinorUnits, 60).PriceOf(Math.Max(0, waitedSeconds - FreeSeconds));
}

/// <summary>What the driver's way to the pickup costs.</summary>
/// <param name="FreeMetres">So much of it is free.</param>
/// <param name="Rate">Per micrometres beyond.</param>
internal sealed record PickupRule(int FreeMetres, Rate Rate)
{
    public static PickupRule None { get; } = new(0, new(0, 1));

    public long PriceOf(int metres) => Rate.PriceOf(Math.Max(0, metres - FreeMetres) * Pricing.MicrometresPerMetre);
}

/// <summary>A share of the trip's price on top of it, for rides that begin at night.</summary>
/// <param name="From">First local instant of the night.</param>
/// <param name="To">First local instant after it; before <paramref name="From"/> when the night runs past midnight.</param>
internal sealed record NightRate(int BasisPoints, TimeOnly From, TimeOnly To)
{
    public bool AppliesAt(DateTime local) => TimeOnly.FromDateTime(local).IsBetween(From, To);
}

/// <summary>An amount for rides that meet a zone: a toll for crossing it, an airport's fee for a pickup or a drop-off in it.</summary>
/// <param name="Code">Stable kebab-case code of its line in the breakdown.</param>
internal sealed record ZoneFee(Guid ZoneId, ZoneMeeting On, string Code, long MinorUnits);

/// <summary>A tax on everything before it.</summary>
/// <param name="Inclusive">True when prices contain it already: then it adds no line and is only told apart.</param>
internal sealed record SalesTax(int BasisPoints, bool Inclusive)
{
    public static SalesTax None { get; } = new(0, Inclusive: false);

    /// <summary>What it adds to an amount; nothing when the amount contains it.</summary>
    public long On(long netMinorUnits) => Inclusive ? 0 : Rounding.HalfToEven((Int128)netMinorUnits * BasisPoints, Rounding.AllBasisPoints);

    /// <summary>How much of an amount it is, when amounts contain it.</summary>
    public long Within(long grossMinorUnits) =>
        Inclusive ? Rounding.HalfToEven((Int128)grossMinorUnits * BasisPoints, Rounding.AllBasisPoints + BasisPoints) : 0;
}

/// <summary>When a ride has become another one than was quoted, and an upfront price no longer binds. Absent limits never do.</summary>
/// <param name="DropOffMetres">The ride ended further than this from where it was quoted to.</param>
/// <param name="DistanceBasisPoints">It was longer than quoted by more than this share.</param>
/// <param name="DurationBasisPoints">It took longer than quoted by more than this share.</param>
internal sealed record DeviationRule(int? DropOffMetres = null, int? DistanceBasisPoints = null, int? DurationBasisPoints = null)
{
    public static DeviationRule Never { get; } = new();

    /// <summary>What an upfront tariff has that says nothing else.</summary>
    public static DeviationRule Usual { get; } = new(500, 2_500, 5_000);

    /// <param name="dropOffMovedMetres">Zero when it is not known.</param>
    public bool Deviates(double dropOffMovedMetres, (int Metres, int Seconds) quoted, (int Metres, int Seconds) driven) =>
        dropOffMovedMetres > DropOffMetres
        || Exceeds(quoted.Metres, driven.Metres, DistanceBasisPoints)
        || Exceeds(quoted.Seconds, driven.Seconds, DurationBasisPoints);

    static bool Exceeds(long quoted, long driven, int? basisPoints) =>
        basisPoints is { } share && driven * Rounding.AllBasisPoints > quoted * (Rounding.AllBasisPoints + share);
}
