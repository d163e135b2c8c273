using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>A driver's days and weeks against the books: nothing is missing between them, nothing is in two of them.</summary>
public sealed class StatementTests(BillingFleet fleet)
{
    static readonly int[] Mondays = [11, 18, 25];

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>
    /// Earned today, paid in cash over ten days of November 2013, around the midnights of New York: every day begins with what the day before ended with, a
    /// week moves what its days move, and the last day ends with the balance.
    /// </summary>
    [Fact]
    public async Task Days_follow_each_other_weeks_are_their_days_and_the_last_ends_with_the_balance()
    {
        var driver = Guid.CreateVersion7();
        DateTimeOffset midnight = new(2013, 11, 18, 5, 0, 0, TimeSpan.Zero);
        foreach (var (days, seconds) in new[] { (0, -1), (0, 0), (1, -1), (1, 0), (6, 86_399), (7, 0), (9, 43_200) })
        {
            var ride = await fleet.Finished(new Ride("nyc", PaymentMethodKind.Cash) { DriverId = driver });
            await fleet.Deliver(ride.Paid(new(800, "USD")) with { OccurredAt = midnight.AddDays(days).AddSeconds(seconds) });
        }

        var days2013 = new List<Statement>();
        for (var day = new DateOnly(2013, 11, 17); day <= new DateOnly(2013, 11, 28); day = day.AddDays(1)) days2013.Add(await Read(driver, "day", day));
        var weeks = await Task.WhenAll(Mondays.Select(day => Read(driver, "week", new DateOnly(2013, 11, day))));
        var afterAll = await Read(driver, "day", DateOnly.FromDateTime(DateTime.UtcNow.AddDays(2)));

        Assert.Equal([-800, -2_400, -3_200, -3_200, -3_200, -3_200, -3_200, -4_000, -4_800, -4_800, -5_600, -5_600], days2013.Select(day => day.Closing));
        Assert.All(days2013.Zip(days2013.Skip(1)), pair => Assert.Equal(pair.First.Closing, pair.Second.Opening));
        Assert.All(days2013.Concat(weeks).Append(afterAll), each => Assert.Equal(each.Closing, each.Opening + each.Moved));
        Assert.Equal([-800, -3_200, -1_600], weeks.Select(week => week.Moved));
        Assert.Equal(-await fleet.Balance("DriverPayable", driver) - await fleet.Balance("HeldCash", driver), afterAll.Closing);
        Assert.Equal((7 * 675) - (7 * 800), afterAll.Closing);
    }

    [Theory]
    [InlineData("period=month&on=2013-11-18&currency=USD", "period")]
    [InlineData("period=day&on=9999-12-31&currency=USD", "on")]
    [InlineData("period=week&on=0001-01-01&currency=IDR", "on")]
    [InlineData("period=day&on=2013-11-18&currency=XYZ", "currency")]
    public async Task What_makes_no_sense_is_refused_by_its_field(string query, string field)
    {
        using var request = fleet.Request(HttpMethod.Get, $"/v1/me/statements?{query}", Guid.CreateVersion7());
        using var answer = await fleet.Send(request);

        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.Equal((HttpStatusCode.BadRequest, field), (answer.StatusCode, problem.GetProperty("field").GetString()));
    }

    async Task<Statement> Read(Guid driver, string period, DateOnly on)
    {
        var day = on.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        using var request = fleet.Request(HttpMethod.Get, $"/v1/me/statements?period={period}&on={day}&currency=USD", driver);
        using var answer = await fleet.Send(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var statement = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        return new(
            Amount(statement.GetProperty("opening")), statement.GetProperty("lines").EnumerateArray().Sum(line => Amount(line.GetProperty("amount"))),
            Amount(statement.GetProperty("closing")));
    }

    static long Amount(JsonElement money) => money.GetProperty("minorUnits").GetInt64();

    sealed record Statement(long Opening, long Moved, long Closing);
}
