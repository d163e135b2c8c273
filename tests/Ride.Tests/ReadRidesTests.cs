using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Rides.Tests;

/// <summary>Reading rides: one, the current one, and the history. NebengJek defect 36: there is no history and no read endpoint.</summary>
public sealed class ReadRidesTests(RideFleet fleet)
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_ride_tells_its_timeline_to_both_sides_and_to_nobody_else()
    {
        var match = await fleet.Ride(RideStatus.Completed);

        var seen = await Task.WhenAll(new[] { match.PassengerId, match.DriverId, Guid.CreateVersion7() }.Select(user => fleet.Send(HttpMethod.Get, $"/v1/rides/{match.RideId}", user)));

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.NotFound], seen.Select(answer => answer.StatusCode));
        var timeline = (await seen[0].Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("timeline").EnumerateArray().Select(step => step.GetProperty("status").GetString());
        Assert.Equal(["DriverAssigned", "DriverArrived", "InProgress", "Completed"], timeline);
    }

    /// <summary>NebengJek defect 27: nothing to ask after a reconnect. Here the present ride is one call away.</summary>
    [Fact]
    public async Task The_current_ride_is_found_until_it_ends()
    {
        var match = await fleet.Ride(RideStatus.InProgress);
        using var during = await fleet.Send(HttpMethod.Get, "/v1/rides/current", match.PassengerId);

        using var completed = await fleet.Step(match, RideStatus.Completed);
        using var after = await fleet.Send(HttpMethod.Get, "/v1/rides/current", match.PassengerId);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound), (during.StatusCode, after.StatusCode));
    }

    [Fact]
    public async Task History_comes_in_pages_newest_first_without_gaps()
    {
        var driver = Guid.CreateVersion7();
        var matches = Enumerable.Range(0, 5).Select(_ => Samples.Match(driver: driver)).ToList();
        await fleet.Bus.Publish(Ct, matches);
        await Testing.Eventually.Get(() => fleet.Scalar<long>("select count(*) from ride.rides where driver_id = @DriverId", matches[0]), count => count == 5, Ct);

        var seen = new List<Guid>();
        string? cursor = null;
        do
        {
            using var answer = await fleet.Send(HttpMethod.Get, $"/v1/rides?limit=2{(cursor is null ? "" : $"&cursor={cursor}")}", driver);
            var page = await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
            seen.AddRange(page.GetProperty("rides").EnumerateArray().Select(ride => ride.GetProperty("rideId").GetGuid()));
            cursor = page.TryGetProperty("nextCursor", out var next) ? next.GetString() : null;
        }
        while (cursor is not null);

        Assert.Equal(matches.Select(match => match.RideId).OrderDescending(), seen);
    }

    [Fact]
    public async Task Operators_read_the_rides_and_the_days_of_anybody_and_nobody_else_does()
    {
        var match = await fleet.Ride(RideStatus.Completed);
        var (rides, day) = ($"/v1/ops/rides?userId={match.PassengerId}", $"/v1/ops/driver-day?driverId={match.DriverId}&cityId=nyc");
        var on = TimeZoneInfo.ConvertTimeFromUtc(match.OccurredAt.UtcDateTime, TimeZoneInfo.FindSystemTimeZoneById("America/New_York"));

        using var listed = await fleet.SendAsOperator(HttpMethod.Get, rides);
        using var counted = await fleet.SendAsOperator(HttpMethod.Get, $"{day}&on={on:yyyy-MM-dd}");
        using var read = await fleet.SendAsOperator(HttpMethod.Get, $"/v1/rides/{match.RideId}");
        using var ofNobody = await fleet.SendAsOperator(HttpMethod.Get, "/v1/ops/rides");
        using var listedByTheDriver = await fleet.Send(HttpMethod.Get, rides, match.DriverId);
        using var countedByThePassenger = await fleet.Send(HttpMethod.Get, $"{day}&on={on:yyyy-MM-dd}", match.PassengerId, driver: false);

        var page = await listed.Content.ReadFromJsonAsync<JsonElement>(Ct);
        Assert.Equal(match.RideId, Assert.Single(page.GetProperty("rides").EnumerateArray()).GetProperty("rideId").GetGuid());
        Assert.Equal(1, (await counted.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("completed").GetInt32());
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.BadRequest), (read.StatusCode, ofNobody.StatusCode));
        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (listedByTheDriver.StatusCode, countedByThePassenger.StatusCode));
    }

    [Theory]
    [InlineData("/v1/rides?limit=0", HttpStatusCode.BadRequest)]
    [InlineData("/v1/rides?limit=many", HttpStatusCode.BadRequest)]
    [InlineData("/v1/rides/not-an-id", HttpStatusCode.NotFound)]
    public async Task A_bad_address_gets_a_clear_problem(string path, HttpStatusCode status)
    {
        using var answer = await fleet.Send(HttpMethod.Get, path, Guid.CreateVersion7());

        Assert.Equal((status, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        Assert.False(string.IsNullOrEmpty(await RideStepsTests.CodeOf(answer)));
    }
}
