using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tumpang.Contracts;
using Tumpang.Locations;
using Tumpang.Locations.Features;
using Tumpang.ServiceDefaults;
using Xunit;

namespace Tumpang.Location.Tests.Service;

/// <summary>Where there is service, which places have rules of their own, and who may draw them.</summary>
[Collection<LocationCollection>]
public sealed class ZoneTests(LocationCity city)
{
    [Theory]
    [InlineData(40.6413, -73.7781, "JFK Airport", "Terminal 4")]
    [InlineData(40.7769, -73.8740, "LaGuardia Airport", "Terminal B")]
    [InlineData(40.7506, -73.9935, "Penn Station", "Seventh Avenue at 32nd Street")]
    [InlineData(40.7527, -73.9772, "Grand Central", "Vanderbilt Avenue at 43rd Street")]
    public async Task A_new_fleet_knows_the_airports_and_stations_of_New_York(double latitude, double longitude, string name, string gate)
    {
        var found = await At(latitude, longitude);

        Assert.True(found.InServiceArea);
        Assert.False(found.Restricted);
        var zone = Assert.Single(found.Zones);
        Assert.Equal(name, zone.Name);
        Assert.Contains(gate, zone.Gates.Select(known => known.Name));
    }

    [Theory]
    [InlineData(40.7580, -73.9855, true)] // Times Square
    [InlineData(40.6895, -74.1745, true)] // Newark's airport
    [InlineData(40.5100, -73.7000, false)] // the ocean, though within the bounds of the city
    [InlineData(-6.1754, 106.8272, true)] // Jakarta
    [InlineData(52.5200, 13.4050, false)] // no city of ours
    public async Task Service_ends_at_the_edge_of_the_service_area(double latitude, double longitude, bool served)
    {
        var found = await At(latitude, longitude);

        Assert.Equal(served, found.InServiceArea);
        Assert.Empty(found.Zones);
    }

    [Fact]
    public async Task Every_gate_that_we_drew_lies_in_its_zone_and_every_zone_in_its_city()
    {
        var cities = new Cities(new Microsoft.Extensions.Configuration.ConfigurationBuilder().Build());
        using var http = Operator();
        foreach (var cityId in cities.All.Select(known => known.Id))
        {
            var zones = await http.GetFromJsonAsync<ListZones.Answer>($"/v1/ops/zones?cityId={cityId}", Json.Options, Test.Ct);
            Assert.Contains(zones!.Features, zone => zone.Properties.Kind is ZoneKind.ServiceArea);
            foreach (var zone in zones.Features)
            {
                using var answer = await http.PutAsJsonAsync($"/v1/ops/zones/{zone.Id}", zone, Json.Options, Test.Ct);
                Assert.True(answer.IsSuccessStatusCode, $"{zone.Properties.Name}: {await answer.Content.ReadAsStringAsync(Test.Ct)}");
            }
        }
    }

    [Fact]
    public async Task An_operator_draws_redraws_and_removes_a_zone_and_every_copy_knows_at_once()
    {
        var (id, place) = (Guid.CreateVersion7(), city.FreshPlace());
        using var here = Operator(copy: 0);
        using var there = Operator(copy: 1);

        var drawn = await Put(here, id, TestZones.Square(place, ZoneKind.Airport, gates: [new("North door", place), new("South door", place)]));
        Assert.Equal(id, drawn.Id);
        Assert.Equal(["North door", "South door"], Assert.Single((await At(place, copy: 1)).Zones).Gates.Select(gate => gate.Name));
        Assert.Equal(JsonSerializer.Serialize(drawn, Json.Options), await there.GetStringAsync($"/v1/ops/zones/{id}", Test.Ct));

        await Put(there, id, TestZones.Square(place, ZoneKind.Restricted));
        Assert.True((await At(place)).Restricted);
        Assert.Equal(0, await city.Query<int>("select count(*)::integer from location.gates where zone_id = @Id", id));

        await Put(here, id, TestZones.Square(place, ZoneKind.Restricted, active: false));
        Assert.False((await At(place, copy: 1)).Restricted);

        Assert.Equal(HttpStatusCode.NoContent, (await here.DeleteAsync($"/v1/ops/zones/{id}", Test.Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await there.DeleteAsync($"/v1/ops/zones/{id}", Test.Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await there.GetAsync($"/v1/ops/zones/{id}", Test.Ct)).StatusCode);
    }

    [Fact]
    public async Task Every_change_is_told_with_the_next_version_also_when_a_removed_zone_is_drawn_again()
    {
        var (id, place) = (Guid.CreateVersion7(), city.FreshPlace());
        using var http = Operator();

        await Put(http, id, TestZones.Square(place, ZoneKind.Restricted));
        await Put(http, id, TestZones.Square(place, ZoneKind.Restricted, active: false));
        Assert.Equal(HttpStatusCode.NoContent, (await http.DeleteAsync($"/v1/ops/zones/{id}", Test.Ct)).StatusCode);
        await Put(http, id, TestZones.Square(place, ZoneKind.Airport, gates: [new("Door", place)]));

        var told = await city.Published<ZoneChanged>(id);
        Assert.Equal([(1, true), (2, false), (3, false), (4, true)], told.Select(change => (change.Version, change.Active)));
        Assert.Equal(ZoneKind.Airport, told[^1].Kind);
        Assert.Equal(5, told[^1].Ring.Count);
        Assert.Equal(place.Latitude - 0.001, told[^1].Ring[0].Latitude, 9);
        Assert.Equal(place.Longitude - 0.001, told[^1].Ring[0].Longitude, 9);
    }

    [Fact]
    public async Task The_zones_that_a_new_fleet_begins_with_are_told_once()
    {
        var jakarta = Guid.Parse("0190b0a0-0000-7000-8000-000000000006");

        await Test.Until(async () => (await city.Published<ZoneChanged>(jakarta)).Count > 0);

        using var http = Operator();
        var zone = await http.GetFromJsonAsync<ZoneFeature>($"/v1/ops/zones/{jakarta}", Json.Options, Test.Ct);
        var (first, told) = ((await city.Published<ZoneChanged>(jakarta))[0], await city.Query<long>("select version from location.zones where zone_id = @Id", jakarta));
        Assert.Equal(zone!.Geometry.Coordinates[0].Select(corner => new GeoPoint(corner[1], corner[0])), first.Ring);
        Assert.Equal(1, first.Version);
        Assert.Equal(Enumerable.Range(1, (int)told), (await city.Published<ZoneChanged>(jakarta)).Select(change => (int)change.Version));
    }

    [Fact]
    public async Task The_zone_of_the_higher_priority_comes_first()
    {
        var place = city.FreshPlace();
        var ids = new[] { Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7() };
        using var http = Operator();
        foreach (var (id, priority) in ids.Zip([7, 1_000, 0])) await Put(http, id, TestZones.Square(place, ZoneKind.Station, priority));

        Assert.Equal([ids[1], ids[0], ids[2]], (await At(place)).Zones.Select(zone => zone.ZoneId));
    }

    [Fact]
    public async Task Twenty_who_draw_one_zone_at_once_leave_the_drawing_of_one()
    {
        var (id, place) = (Guid.CreateVersion7(), city.FreshPlace());
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async painter =>
        {
            using var http = Operator(copy: painter % 2);
            var gates = Enumerable.Range(0, 1 + (painter % 5)).Select(_ => new Gate($"Gate of {painter}", place));
            await Put(http, id, TestZones.Square(place, ZoneKind.Airport, priority: painter, gates: [.. gates]));
        }));

        using var reader = Operator();
        var left = (await reader.GetFromJsonAsync<ZoneFeature>($"/v1/ops/zones/{id}", Json.Options, Test.Ct))!.Properties;
        Assert.Equal(Enumerable.Repeat($"Gate of {left.Priority}", 1 + (left.Priority % 5)), left.Gates!.Select(gate => gate.Name));
    }

    [Theory]
    [InlineData("type", "type", "\"Polygon\"")]
    [InlineData("properties.name", "properties.name", "\" \"")]
    [InlineData("properties.name", "properties.name", "\"zero \\u0000\"")]
    [InlineData("properties.kind", "properties.kind", "99")]
    [InlineData("properties.cityId", "properties.cityId", "\"atlantis\"")]
    [InlineData("properties.cityId", "geometry", "\"jakarta\"")]
    [InlineData("properties.priority", "properties.priority", "-1")]
    [InlineData("geometry.type", "geometry", "\"Point\"")]
    [InlineData("geometry", "geometry", "null")]
    [InlineData("geometry.coordinates", "geometry.coordinates", "null")]
    [InlineData("properties", "properties", "null")]
    [InlineData("properties.name", "properties.name", "null")]
    [InlineData("geometry.coordinates", "geometry", "[]")]
    [InlineData("geometry.coordinates", "geometry", "[null]")]
    [InlineData("geometry.coordinates", "geometry", "[[[-74,40.7],[-74,40.8],[-73.9,40.8],null]]")]
    [InlineData("geometry.coordinates", "geometry", "[[[-74,40.7],[-74,40.8],[-74,40.7]]]")]
    [InlineData("geometry.coordinates", "geometry", "[[[-74,40.7],[-74,40.8],[-73.9,40.8],[-73.9,40.7]]]")] // open
    [InlineData("geometry.coordinates", "geometry", "[[[-74,40.7],[-73.9,40.8],[-74,40.8],[-73.9,40.7],[-74,40.7]]]")] // crosses itself
    [InlineData("geometry.coordinates", "geometry", "[[[-74,40.7],[-74,40.8],[-74,40.75],[-74,40.7]]]")] // a line
    [InlineData("geometry.coordinates", "geometry", "[[[-74,40.7],[-74,40.70001],[-73.99999,40.70001],[-74,40.7]]]")] // under a square metre
    [InlineData("geometry.coordinates", "geometry", "[[[40.7,-74],[40.8,-74],[40.8,-73.9],[40.7,-74]]]")] // latitude first
    [InlineData("geometry.coordinates", "geometry", "[[[-74,40.7],[-74,40.99],[-73.9,40.8],[-74,40.7]]]")] // leaves the city
    [InlineData("properties.gates", "properties.gates", "[null]")]
    [InlineData("properties.gates", "properties.gates", """[{"name":"","position":{"latitude":40.7,"longitude":-74}}]""")]
    [InlineData("properties.gates", "properties.gates", """[{"name":"Far","position":{"latitude":40.7,"longitude":-200}}]""")]
    [InlineData("properties.gates", "properties.gates", """[{"name":"Outside","position":{"latitude":40.9,"longitude":-74}}]""")]
    public async Task What_cannot_be_a_zone_is_refused_by_its_field(string path, string field, string value)
    {
        var id = Guid.CreateVersion7();
        var zone = JsonSerializer.SerializeToNode(TestZones.Square(city.FreshPlace(), ZoneKind.Airport), Json.Options)!;
        var owner = path.Split('.')[..^1].Aggregate(zone, (node, name) => node[name]!);
        owner[path.Split('.')[^1]] = JsonNode.Parse(value);

        using var http = Operator();
        using var answer = await http.PutAsJsonAsync($"/v1/ops/zones/{id}", zone, Test.Ct);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Test.Ct);
        Assert.Equal("invalid-request", problem.GetProperty("code").GetString());
        Assert.Equal(field, problem.GetProperty("field").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync($"/v1/ops/zones/{id}", Test.Ct)).StatusCode);
    }

    [Fact]
    public async Task Only_operators_draw_zones()
    {
        var (id, zone) = (Guid.CreateVersion7(), TestZones.Square(city.FreshPlace(), ZoneKind.Restricted));
        foreach (var roles in new string[][] { [], [Role.Driver] })
        {
            using var http = city.Client(Guid.CreateVersion7(), roles);
            Assert.Equal(HttpStatusCode.Forbidden, (await http.PutAsJsonAsync($"/v1/ops/zones/{id}", zone, Json.Options, Test.Ct)).StatusCode);
            Assert.Equal(HttpStatusCode.Forbidden, (await http.DeleteAsync($"/v1/ops/zones/{id}", Test.Ct)).StatusCode);
            Assert.Equal(HttpStatusCode.Forbidden, (await http.GetAsync($"/v1/ops/zones/{id}", Test.Ct)).StatusCode);
            Assert.Equal(HttpStatusCode.Forbidden, (await http.GetAsync("/v1/ops/zones?cityId=nyc", Test.Ct)).StatusCode);
        }

        using var nobody = city.Client(Guid.CreateVersion7());
        nobody.DefaultRequestHeaders.Authorization = null;
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.DeleteAsync($"/v1/ops/zones/{id}", Test.Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await nobody.GetAsync("/v1/zones?at=40.7,-74", Test.Ct)).StatusCode);
    }

    [Theory]
    [InlineData("/v1/zones?at=here", HttpStatusCode.BadRequest)]
    [InlineData("/v1/zones?at=NaN,NaN", HttpStatusCode.BadRequest)]
    [InlineData("/v1/zones", HttpStatusCode.BadRequest)]
    [InlineData("/v1/ops/zones?cityId=atlantis", HttpStatusCode.NotFound)]
    public async Task A_question_that_makes_no_sense_is_refused(string path, HttpStatusCode status)
    {
        using var http = Operator();
        Assert.Equal(status, (await http.GetAsync(path, Test.Ct)).StatusCode);
    }

    static async Task<ZoneFeature> Put(HttpClient http, Guid id, ZoneFeature zone)
    {
        using var answer = await http.PutAsJsonAsync($"/v1/ops/zones/{id}", zone, Json.Options, Test.Ct);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Test.Ct));
        return (await answer.Content.ReadFromJsonAsync<ZoneFeature>(Json.Options, Test.Ct))!;
    }

    Task<FindZones.Answer> At(GeoPoint place, int copy = 0) => At(place.Latitude, place.Longitude, copy);

    async Task<FindZones.Answer> At(double latitude, double longitude, int copy = 0)
    {
        using var http = city.Client(Guid.CreateVersion7(), copy);
        return (await http.GetFromJsonAsync<FindZones.Answer>(FormattableString.Invariant($"/v1/zones?at={latitude},{longitude}"), Json.Options, Test.Ct))!;
    }

    HttpClient Operator(int copy = 0) => city.Client(Guid.CreateVersion7(), copy, Role.Operator);
}
