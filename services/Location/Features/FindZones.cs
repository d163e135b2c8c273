using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations.Features;

/// <summary>What a passenger's app must know of a place: whether there is service, and at an airport or a station where to be picked up.</summary>
static class FindZones
{
    public static async Task<Results<Ok<Answer>, ProblemHttpResult>> Handle(string at, Database database, Cities cities, CancellationToken ct)
    {
        if (GetRoute.Parse(at) is not { } place) return LocationProblems.InvalidPoint("at").ToHttp();
        if (cities.At(place) is not { } city) return TypedResults.Ok(new Answer(InServiceArea: false, Restricted: false, []));

        var zones = await ZoneStore.At(database, city.Id, place, ct);
        return TypedResults.Ok(new Answer(
            zones.Any(zone => zone.Properties.Kind is ZoneKind.ServiceArea) || !await ZoneStore.HasServiceArea(database, city.Id, ct),
            zones.Any(zone => zone.Properties.Kind is ZoneKind.Restricted),
            [.. zones.Where(zone => zone.Properties.Kind is ZoneKind.Airport or ZoneKind.Station).Select(zone => PickupZone.From(zone))],
            city.Id));
    }

    /// <param name="InServiceArea">False outside every service area; a city for which none is drawn is served wherever its bounds reach.</param>
    /// <param name="Restricted">True where nobody may be picked up or dropped off.</param>
    /// <param name="Zones">The airports and stations that cover the place, highest priority first.</param>
    public sealed record Answer(bool InServiceArea, bool Restricted, IReadOnlyList<PickupZone> Zones, string? CityId = null);

    /// <param name="Gates">Where to be picked up, in the order in which to show them.</param>
    public sealed record PickupZone(Guid ZoneId, string Name, ZoneKind Kind, IReadOnlyList<Gate> Gates)
    {
        internal static PickupZone From(ZoneFeature zone) => new(zone.Id!.Value, zone.Properties.Name, zone.Properties.Kind, zone.Properties.Gates!);
    }
}
