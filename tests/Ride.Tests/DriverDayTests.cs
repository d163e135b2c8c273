using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Rides.Tests;

/// <summary>What a driver did on a day.</summary>
public sealed class DriverDayTests(RideFleet fleet)
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_day_counts_its_rides_by_the_wall_clock_of_the_city()
    {
        var driver = Guid.CreateVersion7();
        var (late, early, next) = (await Completed(driver), await Completed(driver), await Completed(driver));
        var cancelled = await fleet.Ride(driver: driver);
        using var cancel = await fleet.Send(HttpMethod.Post, $"/v1/rides/{cancelled.RideId}/cancel", driver, new { reason = "vehicle-problem" });
        using var rated = await fleet.Send(HttpMethod.Post, $"/v1/rides/{late.RideId}/rating", late.PassengerId, new { stars = 4 });
        using var ratedOfNextDay = await fleet.Send(HttpMethod.Post, $"/v1/rides/{next.RideId}/rating", next.PassengerId, new { stars = 1 });
        // Half past midnight and half past eleven in New York on the 18th, five hours behind; and half past midnight of the 19th.
        await Move(early, "2013-11-18 05:30Z");
        await Move(late, "2013-11-19 04:30Z");
        await Move(next, "2013-11-19 05:30Z");
        await fleet.Scalar<int>("update ride.rides set assigned_at = '2013-11-18 18:00Z' where ride_id = @RideId; select 1", cancelled);

        var day = await Day(driver, "2013-11-18");
        var empty = await Day(driver, "2013-11-17");

        Assert.Equal(
            (2, 1, 0, 1_200, 240, 1, 4m),
            (Number(day, "completed"), Number(day, "cancelledByDriver"), Number(day, "cancelledByPassenger"), Number(day, "ridingSeconds"),
                Number(day, "waitingSeconds"), Number(day, "ratings"), day.GetProperty("stars").GetDecimal()));
        Assert.Equal(new DateTimeOffset(2013, 11, 18, 5, 30, 0, TimeSpan.Zero), day.GetProperty("firstAt").GetDateTimeOffset());
        Assert.Equal(0, Number(empty, "completed"));
        Assert.False(empty.TryGetProperty("stars", out _) || empty.TryGetProperty("firstAt", out _));
    }

    [Fact]
    public async Task It_is_the_drivers_own_and_of_a_city_that_there_is()
    {
        using var passenger = await fleet.Send(HttpMethod.Get, "/v1/me/driver-day?on=2013-11-18&cityId=nyc", Guid.CreateVersion7(), driver: false);
        using var nowhere = await fleet.Send(HttpMethod.Get, "/v1/me/driver-day?on=2013-11-18&cityId=atlantis", Guid.CreateVersion7());
        using var never = await fleet.Send(HttpMethod.Get, "/v1/me/driver-day?on=yesterday&cityId=nyc", Guid.CreateVersion7());

        Assert.Equal(
            (HttpStatusCode.Forbidden, HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (passenger.StatusCode, nowhere.StatusCode, never.StatusCode));
    }

    [Theory]
    [InlineData("9999-12-31", "nyc")]
    [InlineData("0001-01-01", "jakarta")]
    public async Task A_day_that_no_calendar_of_ours_has_is_refused_by_its_field(string on, string cityId)
    {
        var driver = Guid.CreateVersion7();

        using var own = await fleet.Send(HttpMethod.Get, $"/v1/me/driver-day?on={on}&cityId={cityId}", driver);
        using var byAnOperator = await fleet.SendAsOperator(HttpMethod.Get, $"/v1/ops/driver-day?driverId={driver}&on={on}&cityId={cityId}");

        foreach (var answer in new[] { own, byAnOperator })
        {
            var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
            Assert.Equal((HttpStatusCode.BadRequest, "on"), (answer.StatusCode, problem.GetProperty("field").GetString()));
        }
    }

    Task<MatchConfirmed> Completed(Guid driver) => fleet.Ride(RideStatus.Completed, driver: driver);

    /// <summary>As if the driver had set out then, waited for two minutes, and driven for ten.</summary>
    Task<int> Move(MatchConfirmed match, string setOutAt) => fleet.Scalar<int>($"""
        update ride.rides
        set    assigned_at = '{setOutAt}', arrived_at = timestamptz '{setOutAt}' + interval '5 minutes',
               started_at = timestamptz '{setOutAt}' + interval '7 minutes', completed_at = timestamptz '{setOutAt}' + interval '17 minutes'
        where  ride_id = @RideId; select 1
        """, match);

    async Task<JsonElement> Day(Guid driver, string on)
    {
        using var answer = await fleet.Send(HttpMethod.Get, $"/v1/me/driver-day?on={on}&cityId=nyc", driver);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
    }

    static long Number(JsonElement day, string name) => day.GetProperty(name).GetInt64();
}
