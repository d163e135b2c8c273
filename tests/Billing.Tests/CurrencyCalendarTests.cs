using Microsoft.Extensions.Configuration;
using Tumpang.Billing.Features.MoneyTrail;
using Tumpang.ServiceDefaults;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>A driver who earns one currency in two cities has one balance, and so one calendar.</summary>
public sealed class CurrencyCalendarTests
{
    static readonly Cities Both = new(new ConfigurationBuilder().AddInMemoryCollection(
        Settings(0, "nyc", "America/New_York", "USD").Concat(Settings(1, "la", "America/Los_Angeles", "USD")).Concat(Settings(2, "jakarta", "Asia/Jakarta", "IDR"))).Build());

    /// <summary>What a statement of a day has is what the page of the money says that it has, around every midnight of both cities.</summary>
    [Fact]
    public void The_page_of_the_money_names_the_statement_that_has_the_ride()
    {
        for (var hour = 0; hour < 72; hour++)
        {
            var booked = new DateTimeOffset(2013, 11, 2, 0, 0, 0, TimeSpan.Zero).AddHours(hour);

            var named = StatementDay.Of(Guid.Empty, "USD", booked, Both)!.Day;

            var calendar = Both.CalendarOf("USD")!;
            Assert.True(calendar.StartOf(named) <= booked && booked < calendar.StartOf(named.AddDays(1)));
        }
    }

    [Fact]
    public void A_currency_has_the_calendar_of_its_first_city_for_statements_and_payouts()
    {
        Assert.Equal(["nyc", "jakarta"], Both.Calendars().Select(city => city.Id));
        Assert.Equal("nyc", Both.CalendarOf("USD")?.Id);
        Assert.Null(Both.CalendarOf("XYZ"));
    }

    static IEnumerable<KeyValuePair<string, string?>> Settings(int number, string id, string timeZone, string currency) =>
    [
        new($"Cities:{number}:Id", id), new($"Cities:{number}:Name", id), new($"Cities:{number}:TimeZone", timeZone), new($"Cities:{number}:Currency", currency),
    ];
}
