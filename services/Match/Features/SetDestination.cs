using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching.Features;

/// <summary>A driver says where they want to end up: home most often. It moves, prolongs or replaces what was said before.</summary>
static class SetDestination
{
    /// <summary>Long enough for a last ride or two; city time.</summary>
    static readonly TimeSpan LastsFor = TimeSpan.FromHours(2);

    const string Save = """
        insert into match.driver_destinations (driver_id, destination, set_at, expires_at)
        values (@DriverId, platform.point(@Latitude, @Longitude), @Now, @ExpiresAt)
        on conflict (driver_id) do update set destination = excluded.destination, set_at = excluded.set_at, expires_at = excluded.expires_at
        """;

    public static async Task<Results<Ok<Answer>, ProblemHttpResult>> Handle(
        Request request, CurrentUser user, Transaction transaction, CityClock clock, CancellationToken ct)
    {
        if (!request.Position.IsValid) return MatchProblems.InvalidPosition.ToHttp();

        var now = clock.GetUtcNow();
        var answer = new Answer(request.Position, now + LastsFor);
        await transaction.Execute(
            Save, new { DriverId = user.Id, request.Position.Latitude, request.Position.Longitude, Now = now, answer.ExpiresAt }, ct);
        return TypedResults.Ok(answer);
    }

    public sealed record Request(GeoPoint Position);

    /// <param name="ExpiresAt">City time.</param>
    public sealed record Answer(GeoPoint Position, DateTimeOffset ExpiresAt);
}
