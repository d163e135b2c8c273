using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Sandbox.Features;

/// <param name="Outcome">won or lost.</param>
sealed record DecideDisputeRequest(string Outcome = "");

/// <summary>The bank decides at once: what a test asks for. Said again it changes nothing; the contrary is refused.</summary>
static class DecideDispute
{
    public static async Task<Results<Ok<DisputeView>, ProblemHttpResult>> Handle(
        Guid disputeId, DecideDisputeRequest request, Database database, DisputeStore disputes, CancellationToken ct)
    {
        if (request.Outcome is not ("won" or "lost")) return Problem.Invalid("outcome", "A dispute ends won or lost.").ToHttp();
        if (await disputes.Find(disputeId, ct) is not { } dispute) return SandboxProblems.NoSuchDispute.ToHttp();

        if (await Decide(dispute, request.Outcome, database, disputes, ct) is { } decided) return TypedResults.Ok(decided.View());

        var view = (await disputes.Find(disputeId, ct))!.View();
        return view.Status == request.Outcome ? TypedResults.Ok(view) : SandboxProblems.DisputeDecided.ToHttp();
    }

    /// <summary>Null when it was decided before. Twins wait here for one row, and nobody asks for a second connection meanwhile.</summary>
    static async Task<Dispute?> Decide(Dispute dispute, string outcome, Database database, DisputeStore disputes, CancellationToken ct)
    {
        await using var tx = await database.Begin(ct);
        var decided = await disputes.Decide(tx, dispute, outcome is "won" ? DisputeStatus.Won : DisputeStatus.Lost, ct);
        if (decided is not null) await tx.Commit(ct);
        return decided;
    }
}
