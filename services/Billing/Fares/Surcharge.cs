namespace Tumpang.Billing.Fares;

/// <summary>An amount added to rides that begin at certain hours, by the wall clock of the city.</summary>
/// <param name="Code">Stable kebab-case code of its line in the breakdown.</param>
/// <param name="MinorUnits">In the policy's currency, not negative.</param>
/// <param name="From">First instant at which it applies.</param>
/// <param name="To">First instant at which it no longer does; before <paramref name="From"/> when it runs past midnight.</param>
/// <param name="Days">On which days of the week; every day when absent.</param>
/// <param name="ExceptHolidays">Whether it rests on legal holidays.</param>
internal sealed record Surcharge(
    string Code, long MinorUnits, TimeOnly From, TimeOnly To, IReadOnlyList<DayOfWeek>? Days = null, bool ExceptHolidays = false)
{
    /// <summary>Whether a ride that begins at this local time pays it. The day is the calendar day of the pickup.</summary>
    public bool AppliesAt(DateTime localPickup, bool isHoliday) =>
        TimeOnly.FromDateTime(localPickup).IsBetween(From, To)
        && Days?.Contains(localPickup.DayOfWeek) != false
        && !(ExceptHolidays && isHoliday);
}
