using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations.Features;

/// <summary>One zone, as an operator drew it.</summary>
static class GetZone
{
    public static async Task<Results<Ok<ZoneFeature>, ProblemHttpResult>> Handle(Guid zoneId, Database database, CancellationToken ct) =>
        await ZoneStore.Find(database, zoneId, ct) is { } zone ? TypedResults.Ok(zone) : LocationProblems.NoSuchZone.ToHttp();
}
