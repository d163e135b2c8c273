namespace Tumpang.Billing.Fares;

/// <summary>Hours of the week, by the wall clock of the city, for which a tariff is made.</summary>
/// <param name="Name">Stable kebab-case name; all versions of one band share it.</param>
/// <param name="From">First instant within.</param>
/// <param name="To">First instant that no longer is; before <paramref name="From"/> when the band runs past midnight, equal to it for the whole day.</param>
/// <param name="Days">Days on which it begins; every day when absent.</param>
internal sealed record TimeBand(string Name, TimeOnly From, TimeOnly To, IReadOnlyList<DayOfWeek>? Days = null)
{
    const int MinutesPerDay = 24 * 60;

    /// <summary>Every hour of every day: what holds where no narrower band does.</summary>
    public static TimeBand AllDay { get; } = new("all-day", default, default);

    /// <summary>How much of a week it covers. Of several bands that hold, the narrowest prices the ride.</summary>
    public int MinutesPerWeek => (Days?.Distinct().Count() ?? 7) * (From == To ? MinutesPerDay : (int)(To - From).TotalMinutes);

    /// <summary>Whether a ride that begins at this local time is within. After midnight a band still belongs to the day on which it began.</summary>
    public bool AppliesAt(DateTime local)
    {
        var time = TimeOnly.FromDateTime(local);
        if (From != To && !time.IsBetween(From, To)) return false;

        var begun = From > To && time < To ? local.AddDays(-1) : local;
        return Days?.Contains(begun.DayOfWeek) != false;
    }
}
