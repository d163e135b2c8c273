using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching.Features;

/// <summary>A driver takes any ride again. Nothing to clear is as good as cleared.</summary>
static class ClearDestination
{
    public static async Task<NoContent> Handle(CurrentUser user, Transaction transaction, CancellationToken ct)
    {
        await transaction.Execute("delete from match.driver_destinations where driver_id = @DriverId", new { DriverId = user.Id }, ct);
        return TypedResults.NoContent();
    }
}
