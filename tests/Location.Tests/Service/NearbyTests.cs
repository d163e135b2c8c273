using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Xunit;
using static Tumpang.Location.Tests.Service.Places;

namespace Tumpang.Location.Tests.Service;

/// <summary>Who is found, in which order, at what cost, and what a passenger may know of it.</summary>
[Collection<LocationCollection>]
public sealed class NearbyTests(LocationCity city)
{
    /// <summary>Anchors 2.3 item 5: the profile's last position was used, so the driver on the spot was passed over. NebengJek 33: only the beacon moved a driver.</summary>
    [Fact]
    public async Task A_search_uses_live_positions()
    {
        var place = city.FreshPlace();
        await using var comes = await city.NewDriver(place.North(900));
        await using var stays = await city.NewDriver(place.North(500));

        await comes.Report(Point(place.North(10), city.Now.AddSeconds(20)));

        var found = await city.NearbyByNow(place, 1_000);
        Assert.Equal([comes.Id, stays.Id], found.Select(driver => driver.DriverId));
        Assert.Equal([10, 500], found.Select(driver => driver.DistanceMetres).ToArray(), (expected, actual) => Math.Abs(expected - actual) <= 3);
    }

    [Fact]
    public async Task A_search_leaves_out_whom_it_is_told_to_and_other_classes_and_who_is_too_far()
    {
        var place = city.FreshPlace();
        await using var excluded = await city.NewDriver(place.North(100));
        await using var van = await city.NewDriver(place.North(150), VehicleClass.Van);
        await using var wanted = await city.NewDriver(place.North(200));
        await using var far = await city.NewDriver(place.North(1_100));

        var found = await city.Nearby(place, 1_000, exclude: [excluded.Id]);

        Assert.Equal([wanted.Id], found.Select(driver => driver.DriverId));
    }

    /// <summary>Prices follow what billing is told here: who could be offered a ride, and nobody else.</summary>
    [Fact]
    public async Task Free_drivers_are_counted_by_class_and_cell_for_billing_alone()
    {
        var corner = MapCell.Of(city.FreshPlace()).SouthWest;
        var place = new GeoPoint(corner.Latitude + (MapCell.Degrees / 2), corner.Longitude + (MapCell.Degrees / 2));
        await using var one = await city.NewDriver(place);
        await using var other = await city.NewDriver(place.North(50));
        await using var van = await city.NewDriver(place, VehicleClass.Van);
        using var billing = city.ServiceClient("billing");
        using var match = city.ServiceClient("match");

        var counts = (await billing.GetFromJsonAsync<CellCounts>("/internal/free-drivers?cityId=nyc", Json.Options, Test.Ct))!.Cells;
        using var refused = await match.GetAsync("/internal/free-drivers?cityId=nyc", Test.Ct);
        using var nowhere = await billing.GetAsync("/internal/free-drivers?cityId=atlantis", Test.Ct);

        Assert.Equal(2, Assert.Single(counts, count => count.Cell == MapCell.Of(place) && count.VehicleClass == VehicleClass.Standard).Count);
        Assert.Equal(1, Assert.Single(counts, count => count.Cell == MapCell.Of(place) && count.VehicleClass == VehicleClass.Van).Count);
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.NotFound), (refused.StatusCode, nowhere.StatusCode));
    }

    [Fact]
    public async Task A_search_answers_with_the_nearest_and_no_more()
    {
        var place = city.FreshPlace();
        await city.Crowd(place, drivers: 300);

        var found = await city.NearbyByNow(place, 2_000, limit: 5);

        Assert.Equal(5, found.Count);
        Assert.True(found.Zip(found.Skip(1)).All(pair => pair.First.DistanceMetres <= pair.Second.DistanceMetres));
    }

    /// <summary>
    /// NebengJek 34 and anchors 2.3 item 6: unbounded, and one more call for every hit; cost grew with the fleet, not with the answer. While a copy follows
    /// Redis its searches cost Redis nothing; MirrorTests has what they cost when it does not.
    /// </summary>
    [Fact]
    public async Task Searches_are_answered_from_memory()
    {
        var place = city.FreshPlace();
        await using var driver = await city.NewDriver(place);
        await Test.Until(() => CostNothing(searches: 5));

        async Task<bool> CostNothing(int searches)
        {
            await driver.Report(Point(place, city.Now));
            var before = await city.CallsOfRedis("geosearch");
            for (var search = 0; search < searches; search++) Assert.Equal(driver.Id, (await city.Nearby(place, 500)).Single().DriverId);
            return await city.CallsOfRedis("geosearch") == before;
        }
    }

    [Fact]
    public async Task A_passenger_sees_cars_but_neither_whose_nor_where_exactly()
    {
        // A map shows three kilometres, so drivers of the tests next door, too: of this class there are none.
        var place = city.FreshPlace();
        await using var driver = await city.NewDriver(place.North(123.4), VehicleClass.Premium);
        using var passenger = city.Client(Guid.CreateVersion7());

        var text = await passenger.GetStringAsync($"/v1/drivers/nearby?latitude={place.Latitude}&longitude={place.Longitude}&vehicleClass=Premium", Test.Ct);

        var shown = JsonDocument.Parse(text).RootElement.GetProperty("drivers").EnumerateArray().Single().GetProperty("position");
        Assert.DoesNotContain(driver.Id.ToString("N")[..8], text, StringComparison.Ordinal);
        Assert.Equal(Math.Round(place.North(123.4).Latitude, 3), shown.GetProperty("latitude").GetDouble(), 1e-9);
        Assert.Equal(Math.Round(place.Longitude, 3), shown.GetProperty("longitude").GetDouble(), 1e-9);
    }

    [Fact]
    public async Task A_class_that_there_is_not_has_no_cars()
    {
        var place = city.FreshPlace();
        await using var driver = await city.NewDriver(place);
        using var passenger = city.Client(Guid.CreateVersion7());

        var answer = await passenger.GetFromJsonAsync<JsonElement>($"/v1/drivers/nearby?latitude={place.Latitude}&longitude={place.Longitude}&vehicleClass=99", Test.Ct);

        Assert.Empty(answer.GetProperty("drivers").EnumerateArray());
    }

    [Theory]
    [InlineData(51.5, -0.1, HttpStatusCode.UnprocessableEntity)]
    [InlineData(0, 0, HttpStatusCode.BadRequest)]
    public async Task A_map_outside_the_service_area_shows_nothing(double latitude, double longitude, HttpStatusCode expected)
    {
        using var passenger = city.Client(Guid.CreateVersion7());

        var answer = await passenger.GetAsync($"/v1/drivers/nearby?latitude={latitude}&longitude={longitude}&vehicleClass=Standard", Test.Ct);

        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task A_route_is_answered_with_its_line_and_its_attribution()
    {
        using var passenger = city.Client(Guid.CreateVersion7());

        var route = await passenger.GetFromJsonAsync<JsonElement>("/v1/routes?from=40.7580,-73.9855&to=40.7359,-73.9911", Test.Ct);
        var elsewhere = await passenger.GetAsync("/v1/routes?from=40.7580,-73.9855&to=51.5,-0.1", Test.Ct);

        Assert.InRange(route.GetProperty("distanceMetres").GetInt32(), 2_500, 4_500);
        Assert.Contains("OpenStreetMap", route.GetProperty("attribution").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, elsewhere.StatusCode);
    }
}
