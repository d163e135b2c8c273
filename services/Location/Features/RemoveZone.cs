using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations.Features;

/// <summary>An operator removes a zone and its gates. To keep it for later, it can be made inactive instead.</summary>
static class RemoveZone
{
    // The row stays, so that a zone drawn under the same id again goes on with the next version.
    const string Remove = """
        update location.zones
        set    active = false, removed_at = @Now, changed_at = @Now, changed_by = @Operator, version = version + 1
        where  zone_id = @ZoneId and removed_at is null
        """;

    public static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        Guid zoneId, CurrentUser user, Transaction transaction, CityClock clock, CancellationToken ct)
    {
        var row = new { ZoneId = zoneId, Now = clock.GetUtcNow(), Operator = user.Id };
        if (await transaction.Execute(Remove, row, ct) == 0) return LocationProblems.NoSuchZone.ToHttp();

        await transaction.Execute("delete from location.gates where zone_id = @ZoneId", row, ct);
        await ZoneStore.Tell(transaction, [zoneId], row.Now, ct);
        return TypedResults.NoContent();
    }
}
