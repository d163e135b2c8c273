using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Books;

/// <summary>
/// A driver has one balance per currency, whichever cities they earned it in. Its days, of statements and of payouts, are those of the first city with that
/// currency, in the order of the settings.
/// </summary>
internal static class CurrencyCalendar
{
    /// <summary>One city per currency.</summary>
    public static IEnumerable<City> Calendars(this Cities cities) => cities.All.DistinctBy(city => city.Currency);

    /// <summary>The city by whose wall clock its days go; null when nobody keeps the currency.</summary>
    public static City? CalendarOf(this Cities cities, string currency) => cities.Calendars().FirstOrDefault(city => city.Currency == currency);

    /// <summary>The day of a statement that has what happened then.</summary>
    public static DateOnly DayAt(this City calendar, DateTimeOffset instant) =>
        DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(instant, calendar.TimeZone).DateTime);
}
