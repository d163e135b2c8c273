using System.Net;
using System.Net.Http.Json;
using Tumpang.Contracts;
using Tumpang.Matching.Features;
using Tumpang.ServiceDefaults;
using Xunit;

namespace Tumpang.Matching.Tests;

/// <summary>Drivers see where passengers ask for rides.</summary>
public sealed class DemandTests(MatchFleet fleet)
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_cell_counts_who_waits_now_and_who_asked_lately()
    {
        var city = fleet.City(CityKind.Plain);
        var passengers = await city.Passengers(3);
        var requests = new List<Guid>();
        foreach (var passenger in passengers) requests.Add(await passenger.Requests());
        Assert.True((await passengers[0].Cancel(requests[0])).Succeeded);

        var cell = await Eventually.Holds(async () => (await Demand(city)).Cells is [{ Waiting: 2, Requested: 3 } only] ? only : null, "A cell with all three");

        Assert.InRange(city.Centre.Latitude - cell.South, -1e-9, MapCell.Degrees + 1e-9);
        Assert.InRange(city.Centre.Longitude - cell.West, -1e-9, MapCell.Degrees + 1e-9);
    }

    /// <summary>Prices follow what billing is told here: who looks for a driver now.</summary>
    [Fact]
    public async Task Who_waits_is_counted_by_cell_for_billing_alone()
    {
        var city = fleet.City(CityKind.Plain);
        var passengers = await city.Passengers(3);
        var requests = new List<Guid>();
        foreach (var passenger in passengers) requests.Add(await passenger.Requests());
        Assert.True((await passengers[0].Cancel(requests[0])).Succeeded);
        using var billing = fleet.ClientOfService("billing");
        using var match = fleet.ClientOfService("match");

        // A copy that has not counted yet says so.
        var count = await Eventually.Holds(
            async () =>
            {
                using var answer = await billing.GetAsync($"/internal/waiting?cityId={city.Id}", Ct);
                return answer.IsSuccessStatusCode && (await answer.Content.ReadFromJsonAsync<CellCounts>(Json.Options, Ct))!.Cells is [{ Count: 2 } only] ? only : null;
            },
            "Two who wait");

        Assert.Equal((VehicleClass.Standard, MapCell.Of(city.Centre)), (count.VehicleClass, count.Cell));
        Assert.Equal(HttpStatusCode.Unauthorized, (await match.GetAsync($"/internal/waiting?cityId={city.Id}", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await billing.GetAsync("/internal/waiting?cityId=atlantis", Ct)).StatusCode);
    }

    [Fact]
    public async Task Only_drivers_look_and_only_at_cities_that_there_are()
    {
        var city = fleet.City(CityKind.Plain);
        using var driver = fleet.ClientOf(Guid.CreateVersion7(), driver: true);
        using var passenger = fleet.ClientOf(Guid.CreateVersion7(), driver: false);

        Assert.Equal(HttpStatusCode.Forbidden, (await passenger.GetAsync($"/v1/demand?cityId={city.Id}", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await driver.GetAsync("/v1/demand?cityId=atlantis", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await driver.GetAsync("/v1/demand", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await driver.GetAsync($"/v1/demand?cityId={city.Id}&vehicleClass=Hovercraft", Ct)).StatusCode);
    }

    async Task<ShowDemand.Answer> Demand(TestCity city)
    {
        using var driver = fleet.ClientOf(Guid.CreateVersion7(), driver: true);
        return (await driver.GetFromJsonAsync<ShowDemand.Answer>($"/v1/demand?cityId={city.Id}", Json.Options, Ct))!;
    }
}
