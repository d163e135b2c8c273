using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations.Features;

/// <summary>All zones of a city as one GeoJSON document, for an operator's map: the inactive ones too, highest priority first.</summary>
static class ListZones
{
    const int Limit = 1_000;

    public static async Task<Results<Ok<Answer>, ProblemHttpResult>> Handle(string cityId, Database database, Cities cities, CancellationToken ct) =>
        cities.Find(cityId) is null
            ? LocationProblems.NoSuchCity.ToHttp()
            : TypedResults.Ok(new Answer("FeatureCollection", await ZoneStore.List(database, cityId, Limit, ct)));

    /// <param name="Type">FeatureCollection.</param>
    public sealed record Answer(string Type, IReadOnlyList<ZoneFeature> Features);
}
