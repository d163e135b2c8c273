using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations.Features;

/// <summary>An operator removes a zone and its gates. To keep it for later, it can be made inactive instead.</summary>
static class RemoveZone
{
    public static async Task<Results<NoContent, ProblemHttpResult>> Handle(Guid zoneId, Transaction transaction, CancellationToken ct) =>
        await transaction.Execute("delete from location.zones where zone_id = @ZoneId", new { ZoneId = zoneId }, ct) == 0
            ? LocationProblems.NoSuchZone.ToHttp()
            : TypedResults.NoContent();
}
