using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Rides.Tests;

/// <summary>Drivers whom a passenger would like again.</summary>
public sealed class FavouriteDriverTests(RideFleet fleet)
{
    const int Callers = 24;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_after_a_completed_ride_and_only_of_that_passenger()
    {
        var match = await fleet.Ride(RideStatus.InProgress);
        using var during = await Change(HttpMethod.Put, match.PassengerId, match.DriverId);
        using var completed = await fleet.Step(match, RideStatus.Completed);

        using var after = await Change(HttpMethod.Put, match.PassengerId, match.DriverId);
        using var stranger = await Change(HttpMethod.Put, Guid.CreateVersion7(), match.DriverId);
        using var reversed = await Change(HttpMethod.Put, match.DriverId, match.PassengerId);

        Assert.Equal("no-ride-together", await RideStepsTests.CodeOf(during));
        Assert.Equal(HttpStatusCode.NoContent, after.StatusCode);
        Assert.Equal("no-ride-together", await RideStepsTests.CodeOf(stranger));
        Assert.Equal("no-ride-together", await RideStepsTests.CodeOf(reversed));
        Assert.Equal([match.DriverId], await FavouritesOf(match.PassengerId));
        Assert.Empty(await FavouritesOf(match.DriverId));
    }

    [Fact]
    public async Task Of_many_who_add_or_remove_the_same_at_once_one_does()
    {
        var match = await fleet.Ride(RideStatus.Completed);

        var added = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Change(HttpMethod.Put, match.PassengerId, match.DriverId)));
        var removed = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Change(HttpMethod.Delete, match.PassengerId, match.DriverId)));
        using var again = await Change(HttpMethod.Put, match.PassengerId, match.DriverId);

        Assert.All([.. added, .. removed, again], answer => Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode));
        var heardAdded = await fleet.Bus.Published<FavouriteDriverAdded>("ride", match.PassengerId, Ct);
        var heardRemoved = await fleet.Bus.Published<FavouriteDriverRemoved>("ride", match.PassengerId, Ct);
        Assert.Equal([1, 3], heardAdded.Select(told => told.Version).Order());
        Assert.Equal(2, Assert.Single(heardRemoved).Version);
    }

    [Fact]
    public async Task There_are_fifty_however_many_are_added_at_once()
    {
        var passenger = Guid.CreateVersion7();
        var drivers = new List<Guid>();
        for (var ride = 0; ride < 54; ride++)
        {
            drivers.Add((await fleet.Ride(RideStatus.Completed, passenger)).DriverId);
        }

        var answers = await Task.WhenAll(drivers.Select(driver => Change(HttpMethod.Put, passenger, driver)));

        Assert.Equal(50, answers.Count(answer => answer.StatusCode == HttpStatusCode.NoContent));
        Assert.Equal("too-many-favourites", await RideStepsTests.CodeOf(answers.First(answer => answer.StatusCode == HttpStatusCode.Conflict)));
        Assert.Equal(50, (await FavouritesOf(passenger)).Count);
        Assert.Equal(50, (await fleet.Bus.Published<FavouriteDriverAdded>("ride", passenger, Ct)).DistinctBy(told => told.Version).Count());
    }

    Task<HttpResponseMessage> Change(HttpMethod method, Guid passenger, Guid driver) => fleet.Send(method, $"/v1/me/favourite-drivers/{driver}", passenger, driver: false);

    async Task<IReadOnlyList<Guid>> FavouritesOf(Guid passenger)
    {
        using var answer = await fleet.Send(HttpMethod.Get, "/v1/me/favourite-drivers", passenger, driver: false);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
        return [.. body.GetProperty("favouriteDrivers").EnumerateArray().Select(favourite => favourite.GetProperty("driverId").GetGuid())];
    }
}
