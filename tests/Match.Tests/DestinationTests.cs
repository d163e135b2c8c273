using System.Net;
using System.Net.Http.Json;
using Tumpang.Contracts;
using Tumpang.Matching.Dispatch;
using Tumpang.Matching.Features;
using Tumpang.ServiceDefaults;
using Xunit;

namespace Tumpang.Matching.Tests;

/// <summary>A driver who heads home is preferred for rides that lead there.</summary>
public sealed class DestinationTests(MatchFleet fleet)
{
    static readonly GeoPoint South = new(40.70, -74.0), Middle = new(40.75, -74.0), North = new(40.80, -74.0);

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void A_ride_towards_the_destination_is_nearer_by_a_part_of_the_time_gained_and_one_away_from_it_further()
    {
        var rules = new CityRules { HomewardWeight = 0.5, HomewardLimit = TimeSpan.FromMinutes(10) };

        var (home, away) = (PairCost.Seconds(Middle, North, North, rules), PairCost.Seconds(Middle, South, North, rules));

        // 5 560 m at 5.47 m/s, by half.
        Assert.Equal(-508, home, 1.0);
        Assert.Equal(-home, away, 1.0);
        Assert.Equal(-120, PairCost.Seconds(Middle, North, North, new()));
        Assert.Equal(120, PairCost.Seconds(Middle, South, North, new()));
        Assert.Equal(0, PairCost.Seconds(Middle, North, null, rules));
        Assert.Equal(0, PairCost.Seconds(Middle, North, North, new() { HomewardWeight = 0 }));
    }

    [Fact]
    public async Task Of_two_drivers_the_one_who_lives_where_the_ride_goes_is_asked()
    {
        var city = fleet.City(CityKind.Plain);
        var (passenger, drivers) = (await city.Passenger(), await city.Drivers(2));
        using var phone = fleet.ClientOf(drivers[1].Id, driver: true);
        var set = await phone.PutAsJsonAsync("/v1/me/destination", new { position = passenger.Quote().DropOff }, Json.Options, Ct);
        Assert.Equal(HttpStatusCode.OK, set.StatusCode);
        var answer = (await set.Content.ReadFromJsonAsync<SetDestination.Answer>(Json.Options, Ct))!;
        Assert.Equal(passenger.Quote().DropOff, answer.Position);
        Assert.Equal(answer.Position, (await phone.GetFromJsonAsync<SetDestination.Answer>("/v1/me/destination", Json.Options, Ct))!.Position);

        await passenger.Requests();

        await drivers[1].GetsAnOffer();
        Assert.False((await drivers[0].CurrentOffer()).Succeeded);
    }

    [Fact]
    public async Task It_ends_when_the_driver_clears_it_or_goes_offline_and_an_earlier_going_offline_that_comes_late_ends_nothing()
    {
        var driver = await fleet.City(CityKind.Plain).Driver();
        using var phone = fleet.ClientOf(driver.Id, driver: true);

        await Set(phone);
        Assert.Equal(HttpStatusCode.NoContent, (await phone.DeleteAsync("/v1/me/destination", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await phone.DeleteAsync("/v1/me/destination", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await phone.GetAsync("/v1/me/destination", Ct)).StatusCode);

        await Set(phone);
        var late = new DriverWentOffline(driver.Id, "Driver") { OccurredAt = TestCity.Now.AddMinutes(-1), Version = 2 };
        await fleet.Tell(late);
        await Eventually.Is(1L, () => fleet.Count("match.inbox where event_id = @EventId", new { late.EventId }));
        Assert.Equal(HttpStatusCode.OK, (await phone.GetAsync("/v1/me/destination", Ct)).StatusCode);

        await driver.GoOffline();
        await Eventually.Is(HttpStatusCode.NotFound, async () => (await phone.GetAsync("/v1/me/destination", Ct)).StatusCode);
    }

    [Fact]
    public async Task Only_drivers_have_one_and_it_is_a_place()
    {
        using var passenger = fleet.ClientOf(Guid.CreateVersion7(), driver: false);
        using var driver = fleet.ClientOf(Guid.CreateVersion7(), driver: true);

        Assert.Equal(HttpStatusCode.Forbidden, (await passenger.PutAsJsonAsync("/v1/me/destination", new { position = North }, Json.Options, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await driver.PutAsJsonAsync("/v1/me/destination", new { position = new GeoPoint(91, 0) }, Json.Options, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await driver.PutAsJsonAsync("/v1/me/destination", new { }, Json.Options, Ct)).StatusCode);
    }

    static async Task Set(HttpClient phone) =>
        (await phone.PutAsJsonAsync("/v1/me/destination", new { position = North }, Json.Options, Ct)).EnsureSuccessStatusCode();
}
