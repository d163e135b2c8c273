using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Tumpang.Testing;
using Xunit;

namespace Tumpang.Rides.Tests;

/// <summary>The steps of a ride over HTTP, on two copies, with many callers at once.</summary>
public sealed class RideStepsTests(RideFleet fleet)
{
    const int Callers = 24;

    static readonly string[] Refusals = ["wrong-ride-status", "lost-the-race"];

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>NebengJek defect 15: concurrent starts can both pass. Here one does, the others hear where the ride stands.</summary>
    [Theory]
    [InlineData(RideStatus.DriverArrived)]
    [InlineData(RideStatus.InProgress)]
    [InlineData(RideStatus.Completed)]
    public async Task NebengJek_15_of_many_callers_one_moves_the_ride(RideStatus step)
    {
        var match = await fleet.Ride(step - 1);

        var answers = await Task.WhenAll(Enumerable.Range(0, step == RideStatus.InProgress ? 5 : Callers).Select(_ => fleet.Step(match, step)));

        Assert.Single(answers, answer => answer.IsSuccessStatusCode);
        foreach (var answer in answers.Where(answer => !answer.IsSuccessStatusCode))
        {
            var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
            Assert.Equal((HttpStatusCode.Conflict, $"{step}"), (answer.StatusCode, problem.GetProperty("state").GetString()));
            Assert.Contains(problem.GetProperty("code").GetString(), Refusals);
        }

        Assert.Equal(1, await fleet.Scalar<long>($"select count(*) from ride.transitions where ride_id = @RideId and status = '{step}'", match));
    }

    /// <summary>Peers' finding 1: 20 requests with one key made 7 rides. Here one acts, the rest get its answer or are told to wait.</summary>
    [Fact]
    public async Task Many_requests_with_one_key_act_once()
    {
        var match = await fleet.Ride();
        var key = Guid.NewGuid().ToString();

        var answers = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => fleet.Step(match, RideStatus.DriverArrived, key)));
        using var later = await fleet.Step(match, RideStatus.DriverArrived, key);

        var waiting = answers.Where(answer => !answer.IsSuccessStatusCode).ToList();
        Assert.All(waiting, answer => Assert.Equal((HttpStatusCode.Conflict, true), (answer.StatusCode, answer.Headers.RetryAfter is not null)));
        Assert.Equal(HttpStatusCode.OK, later.StatusCode);
        Assert.Single(await fleet.Bus.Published<DriverArrived>("ride", match.RideId, Ct));
    }

    [Fact]
    public async Task The_same_key_with_another_body_is_refused()
    {
        var match = await fleet.Ride();
        var key = Guid.NewGuid().ToString();
        using var first = await fleet.Send(HttpMethod.Post, $"/v1/rides/{match.RideId}/arrive", match.DriverId, new { position = match.Pickup }, key);

        using var second = await fleet.Send(HttpMethod.Post, $"/v1/rides/{match.RideId}/arrive", match.DriverId, new { position = match.DropOff }, key);

        Assert.Equal("idempotency-key-reused", await CodeOf(second));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, second.StatusCode);
    }

    /// <summary>NebengJek defect 6: anyone can start, discount or cancel any ride. Here strangers, and the wrong side, see nothing.</summary>
    [Theory]
    [InlineData("arrive")]
    [InlineData("start")]
    [InlineData("complete")]
    [InlineData("cancel")]
    [InlineData("rating")]
    public async Task A_stranger_can_do_nothing_to_a_ride(string step)
    {
        var match = await fleet.Ride();
        object body = step switch
        {
            "start" => new { pin = "0000", position = match.Pickup },
            "cancel" => new { reason = "other" },
            "rating" => new { stars = 1 },
            _ => new { position = match.Pickup },
        };

        using var stranger = await fleet.Send(HttpMethod.Post, $"/v1/rides/{match.RideId}/{step}", Guid.CreateVersion7(), body);
        using var nobody = await fleet.Send(HttpMethod.Post, $"/v1/rides/{match.RideId}/{step}", user: null, body);

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.Unauthorized), (stranger.StatusCode, nobody.StatusCode));
    }

    [Fact]
    public async Task The_passenger_does_not_drive()
    {
        var match = await fleet.Ride();

        using var asDriver = await fleet.Send(HttpMethod.Post, $"/v1/rides/{match.RideId}/arrive", match.PassengerId, new { position = match.Pickup });
        using var withoutRole = await fleet.Send(HttpMethod.Post, $"/v1/rides/{match.RideId}/arrive", match.PassengerId, new { position = match.Pickup }, driver: false);

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.Forbidden), (asDriver.StatusCode, withoutRole.StatusCode));
    }

    /// <summary>However often it was wrong, passenger and driver who stand together at the pickup get on their way.</summary>
    [Fact]
    public async Task The_passenger_asks_for_another_pin_and_the_guesses_begin_anew()
    {
        var match = await fleet.Ride(RideStatus.DriverArrived);
        var (first, key) = (await fleet.PinOf(match), Guid.CreateVersion7().ToString());
        var wrong = first == "1234" ? "4321" : "1234";
        for (var guess = 0; guess < Ride.MaxPinTries; guess++) (await Start(match, wrong)).Dispose();
        using var locked = await Start(match, first);

        using var byTheDriver = await Renew(match, match.DriverId);
        using var renewed = await Renew(match, match.PassengerId, key);
        var second = await fleet.PinOf(match);
        using var again = await Renew(match, match.PassengerId, key);
        using var started = await Start(match, second);

        Assert.Equal(("pin-locked", "not-found"), (await CodeOf(locked), await CodeOf(byTheDriver)));
        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NoContent), (renewed.StatusCode, again.StatusCode));
        Assert.Equal(HttpStatusCode.OK, started.StatusCode);
    }

    Task<HttpResponseMessage> Start(MatchConfirmed match, string pin) =>
        fleet.Send(HttpMethod.Post, $"/v1/rides/{match.RideId}/start", match.DriverId, new { pin, position = match.Pickup });

    Task<HttpResponseMessage> Renew(MatchConfirmed match, Guid user, string? key = null) =>
        fleet.Send(HttpMethod.Post, $"/v1/rides/{match.RideId}/pin", user, key: key);

    [Fact]
    public async Task Only_the_passenger_sees_the_pin()
    {
        var match = await fleet.Ride();

        using var driver = await fleet.Send(HttpMethod.Get, $"/v1/rides/{match.RideId}/pin", match.DriverId);

        Assert.Equal(HttpStatusCode.NotFound, driver.StatusCode);
        Assert.Matches("^[0-9]{4}$", await fleet.PinOf(match));
    }

    [Fact]
    public async Task However_many_guess_at_once_the_driver_has_five_tries()
    {
        var match = await fleet.Ride(RideStatus.DriverArrived);
        var wrong = await fleet.PinOf(match) == "1234" ? "4321" : "1234";

        var answers = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ =>
            fleet.Send(HttpMethod.Post, $"/v1/rides/{match.RideId}/start", match.DriverId, new { pin = wrong, position = match.Pickup })));
        using var right = await fleet.Step(match, RideStatus.InProgress);

        Assert.Equal(5, answers.Count(answer => answer.StatusCode == HttpStatusCode.UnprocessableEntity));
        Assert.Equal("pin-locked", await CodeOf(right));
    }

    [Fact]
    public async Task A_ride_does_not_start_150_metres_from_the_pickup()
    {
        var match = await fleet.Ride(RideStatus.DriverArrived);

        using var answer = await fleet.Send(
            HttpMethod.Post, $"/v1/rides/{match.RideId}/start", match.DriverId, new { pin = await fleet.PinOf(match), position = match.Pickup.North(150) });

        Assert.Equal("too-far-from-pickup", await CodeOf(answer));
    }

    /// <summary>NebengJek defects 17 to 19: a ride that cannot end. Here it ends without a track, without a payment, and for nothing if the driver says so.</summary>
    [Theory]
    [InlineData(null, 10_000)]
    [InlineData(0, 0)]
    [InlineData(2_900, 2_900)]
    public async Task A_ride_ends_with_the_factor_that_the_driver_asks_for(int? factor, int told)
    {
        var match = await fleet.Ride(RideStatus.InProgress);

        using var answer = await fleet.Send(HttpMethod.Post, $"/v1/rides/{match.RideId}/complete", match.DriverId, new { position = match.DropOff, fareFactorBasisPoints = factor });

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(told, Assert.Single(await fleet.Bus.Published<RideCompleted>("ride", match.RideId, Ct)).FareFactorBasisPoints);
    }

    /// <summary>NebengJek defect 18: a factor outside 0..1 silently becomes 1. Here it is refused, and names the field.</summary>
    [Theory]
    [InlineData(-1)]
    [InlineData(10_001)]
    public async Task A_factor_outside_the_range_is_refused(int factor)
    {
        var match = await fleet.Ride(RideStatus.InProgress);

        using var answer = await fleet.Send(HttpMethod.Post, $"/v1/rides/{match.RideId}/complete", match.DriverId, new { position = match.DropOff, fareFactorBasisPoints = factor });

        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
        Assert.Equal((HttpStatusCode.BadRequest, "fareFactorBasisPoints"), (answer.StatusCode, problem.GetProperty("field").GetString()));
    }

    /// <summary>NebengJek defects 13 and 15: no cancel at all. Here both sides may, and of a cancel and a start at once exactly one happens.</summary>
    [Fact]
    public async Task Of_cancels_by_both_sides_and_a_start_at_once_one_happens()
    {
        var match = await fleet.Ride(RideStatus.DriverArrived);
        var pin = await fleet.PinOf(match);

        var answers = await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => (caller % 6) switch
        {
            0 => fleet.Send(HttpMethod.Post, $"/v1/rides/{match.RideId}/start", match.DriverId, new { pin, position = match.Pickup }),
            1 or 2 => fleet.Send(HttpMethod.Post, $"/v1/rides/{match.RideId}/cancel", match.DriverId, new { reason = "unsafe" }),
            _ => fleet.Send(HttpMethod.Post, $"/v1/rides/{match.RideId}/cancel", match.PassengerId, new { reason = "changed-mind" }),
        }));

        Assert.Single(answers, answer => answer.IsSuccessStatusCode);
        var (started, cancelled) = (await fleet.Bus.Published<RideStarted>("ride", match.RideId, Ct), await fleet.Bus.Published<RideCancelled>("ride", match.RideId, Ct));
        Assert.Equal(1, started.Count + cancelled.Count);
    }

    [Fact]
    public async Task Each_side_rates_a_completed_ride_once()
    {
        var match = await fleet.Ride(RideStatus.Completed);

        var answers = await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller =>
            fleet.Send(HttpMethod.Post, $"/v1/rides/{match.RideId}/rating", caller % 2 == 0 ? match.DriverId : match.PassengerId, new { stars = 5, comment = "a \"quoted\" word" })));

        Assert.Equal(2, answers.Count(answer => answer.StatusCode == HttpStatusCode.NoContent));
        Assert.Equal(2, (await fleet.Bus.Published<RideRated>("ride", match.RideId, Ct)).Count);
    }

    internal static async Task<string?> CodeOf(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("code").GetString();
}
