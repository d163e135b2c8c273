using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Tumpang.Testing;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>Quotes are refused where there is no service and where nobody may stop.</summary>
public sealed class ZonesInForceTests(BillingFleet fleet)
{
    static readonly GeoPoint InTown = new(40.6400, -73.9600);
    static readonly GeoPoint OffCoast = new(40.5100, -73.7000);
    static readonly GeoPoint Pier = new(40.6020, -74.0010);

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task There_is_service_within_a_service_area_only_once_one_is_drawn()
    {
        // The coast is within New York's bounds; no other test drives there.
        var area = Zone(ZoneKind.ServiceArea, south: 40.53, west: -74.27, north: 40.93, east: -73.68);
        await Publish(area);

        await Says("pickup", "outside-service-area", OffCoast, InTown);
        await Says("dropOff", "outside-service-area", InTown, OffCoast);
        await Says(null, null, InTown, new(40.53, -73.9)); // its edge

        await Publish(Again(area, version: 2, active: false));
        await Says(null, null, OffCoast, InTown);
    }

    [Fact]
    public async Task Nobody_is_picked_up_or_dropped_off_in_a_restricted_zone_until_it_is_given_up()
    {
        var pier = Zone(ZoneKind.Restricted, Pier.Latitude - 0.001, Pier.Longitude - 0.001, Pier.Latitude + 0.001, Pier.Longitude + 0.001);
        await Publish(Again(pier, version: 7, active: true));

        await Says("pickup", "restricted-zone", Pier, InTown);
        await Says("dropOff", "restricted-zone", InTown, Pier);

        await Publish(Again(pier, version: 8, active: false));
        await Says(null, null, InTown, Pier);

        // An older event that comes late, and the newest once more, change nothing; a later one shows that they have been heard.
        var elsewhere = Zone(ZoneKind.Restricted, 40.6030, -73.9800, 40.6040, -73.9790);
        await Publish(Again(pier, version: 6, active: true), Again(pier, version: 8, active: false), elsewhere);
        await Says("dropOff", "restricted-zone", InTown, new(40.6035, -73.9795));
        await Says(null, null, InTown, Pier);
    }

    static ZoneChanged Zone(ZoneKind kind, double south, double west, double north, double east) => new(
        Guid.CreateVersion7(), "nyc", $"A {kind}", kind, 0, Active: true, [new(south, west), new(south, east), new(north, east), new(north, west), new(south, west)])
    {
        OccurredAt = DateTimeOffset.UtcNow,
        Version = 1,
    };

    static ZoneChanged Again(ZoneChanged zone, long version, bool active) => zone with { EventId = Guid.CreateVersion7(), Version = version, Active = active };

    Task Publish(params ZoneChanged[] changes) => fleet.Bus.Publish(changes, Ct);

    /// <summary>Both copies come to say so.</summary>
    Task Says(string? field, string? code, GeoPoint pickup, GeoPoint dropOff) => Eventually.Get(
        async () => (First: await Ask(pickup, dropOff, at: 0), Second: await Ask(pickup, dropOff, at: 1)), said => said == ((field, code), (field, code)), Ct);

    async Task<(string? Field, string? Code)> Ask(GeoPoint pickup, GeoPoint dropOff, int at)
    {
        using var request = fleet.Request(HttpMethod.Post, "/v1/quotes", Guid.CreateVersion7(), at: at);
        request.Content = JsonContent.Create(new { pickup, dropOff });
        using var answer = await fleet.Send(request);
        if (answer.IsSuccessStatusCode) return default;

        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
        Assert.Equal(422, (int)answer.StatusCode);
        return (problem.GetProperty("field").GetString(), problem.GetProperty("code").GetString());
    }
}
