using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Rides.Tests;

/// <summary>What each side says of the other, and what comes of it.</summary>
public sealed class RatingTests(RideFleet fleet)
{
    /// <summary>A hundred completed rides of one driver with one passenger, an hour apart from the first of them, each rated with one star: history.</summary>
    const string HundredOneStarRides = """
        insert into ride.rides (
            ride_id, match_id, ride_request_id, driver_id, passenger_id, city_id, vehicle_class, status, pickup, drop_off, quote_id, quoted_fare_minor_units,
            quoted_fare_currency, payment_method_id, payment_method_kind, start_pin, assigned_at, started_at, completed_at, version)
        select gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), driver_id, passenger_id, city_id, vehicle_class, status, pickup, drop_off, quote_id,
               quoted_fare_minor_units, quoted_fare_currency, payment_method_id, payment_method_kind, start_pin, assigned_at, started_at, completed_at, version
        from   ride.rides, generate_series(1, 100) where ride_id = @RideId;

        insert into ride.ratings (ride_id, by, rated_user_id, stars, rated_at)
        select ride_id, 'Passenger', driver_id, 1, now() - interval '1 year' - row_number() over () * interval '1 hour'
        from   ride.rides where driver_id = @DriverId and ride_id <> @RideId;
        select 1
        """;

    static readonly string[] LateAndLong = ["late", "poor-route"];

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reasons_are_kept_and_told()
    {
        var match = await fleet.Ride(RideStatus.Completed);

        using var answer = await Rate(match, match.PassengerId, new { stars = 2, reasons = LateAndLong });

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Equal(LateAndLong, Assert.Single(await fleet.Bus.Published<RideRated>("ride", match.RideId, Ct)).Reasons!);
        Assert.Equal("late,poor-route", await fleet.Scalar<string>("select array_to_string(reasons, ',') from ride.ratings where ride_id = @RideId", match));
    }

    [Theory]
    [InlineData(false, "late", "late")]
    [InlineData(false, "on-time")]
    [InlineData(true, "poor-route")]
    [InlineData(true, "something of my own")]
    [InlineData(true, "friendly", "on-time", "easy-to-find", "kept-waiting", "hard-to-find", "unfriendly")]
    public async Task A_reason_is_of_the_list_of_its_side_and_said_once(bool byDriver, params string[] reasons)
    {
        var match = await fleet.Ride(RideStatus.Completed);

        using var answer = await Rate(match, byDriver ? match.DriverId : match.PassengerId, new { stars = 3, reasons });

        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
        Assert.Equal((HttpStatusCode.BadRequest, "reasons"), (answer.StatusCode, problem.GetProperty("field").GetString()));
        Assert.Equal(0, await fleet.Scalar<long>("select count(*) from ride.ratings where ride_id = @RideId", match));
    }

    [Theory]
    [InlineData(0, "fine", "stars")]
    [InlineData(6, "fine", "stars")]
    [InlineData(5, "no\0text", "comment")]
    public async Task A_rating_that_cannot_be_is_refused_by_its_field(int stars, string comment, string field)
    {
        var match = await fleet.Ride(RideStatus.Completed);

        using var answer = await Rate(match, match.PassengerId, new { stars, comment });

        var problem = await Body(answer);
        Assert.Equal((HttpStatusCode.BadRequest, field), (answer.StatusCode, problem.GetProperty("field").GetString()));
    }

    /// <summary>Each rating is sent twice, all of them at once, to two copies.</summary>
    [Fact]
    public async Task Ratings_of_one_driver_at_once_all_count_and_each_counts_once()
    {
        var driver = Guid.CreateVersion7();
        var rides = new List<MatchConfirmed>();
        for (var ride = 0; ride < 8; ride++)
        {
            rides.Add(await fleet.Ride(RideStatus.Completed, driver: driver));
        }

        var answers = await Task.WhenAll(rides.Concat(rides).Select((match, index) => Rate(match, match.PassengerId, new { stars = (index % 8) < 4 ? 5 : 4 })));

        Assert.Equal(8, answers.Count(answer => answer.IsSuccessStatusCode));
        Assert.Equal((4.5m, 8), await StandingOf(driver, "asDriver"));
        Assert.Null(await StandingOf(driver, "asPassenger"));
    }

    [Fact]
    public async Task The_latest_hundred_count()
    {
        var match = await fleet.Ride(RideStatus.Completed);
        await fleet.Scalar<int>(HundredOneStarRides, match);

        using var answer = await Rate(match, match.PassengerId, new { stars = 5 });

        Assert.Equal(101, await fleet.Scalar<long>("select count(*) from ride.ratings where rated_user_id = @DriverId", match));
        Assert.Equal((1.04m, 100), await StandingOf(match.DriverId, "asDriver"));
    }

    [Fact]
    public async Task Each_side_is_told_of_the_other_while_the_ride_is_under_way_and_not_after()
    {
        var first = await fleet.Ride(RideStatus.Completed);
        using var byPassenger = await Rate(first, first.PassengerId, new { stars = 4 });
        using var byDriver = await Rate(first, first.DriverId, new { stars = 3 });

        var second = await fleet.Ride(RideStatus.InProgress, first.PassengerId, first.DriverId);
        using var current = await fleet.Send(HttpMethod.Get, "/v1/rides/current", first.PassengerId);
        using var seen = await fleet.Send(HttpMethod.Get, $"/v1/rides/{second.RideId}", first.DriverId);
        using var completed = await fleet.Step(second, RideStatus.Completed);
        using var after = await fleet.Send(HttpMethod.Get, $"/v1/rides/{second.RideId}", first.DriverId);

        Assert.Equal(4, (await Body(current)).GetProperty("driverStanding").GetProperty("stars").GetDecimal());
        Assert.Equal(3, (await Body(seen)).GetProperty("passengerStanding").GetProperty("stars").GetDecimal());
        Assert.False((await Body(after)).TryGetProperty("passengerStanding", out _));
    }

    Task<HttpResponseMessage> Rate(MatchConfirmed match, Guid user, object rating) => fleet.Send(HttpMethod.Post, $"/v1/rides/{match.RideId}/rating", user, rating);

    async Task<(decimal Stars, int Ratings)?> StandingOf(Guid user, string side)
    {
        using var answer = await fleet.Send(HttpMethod.Get, "/v1/me/rating", user);
        return (await Body(answer)).TryGetProperty(side, out var standing)
            ? (standing.GetProperty("stars").GetDecimal(), standing.GetProperty("ratings").GetInt32())
            : null;
    }

    static Task<JsonElement> Body(HttpResponseMessage answer) => answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
}
