using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Sandbox.Features;

/// <param name="Text">1 to 5 000 characters.</param>
sealed record SubmitEvidenceRequest(string Text = "");

/// <summary>The merchant's side of a dispute, once, before its deadline. The same text is the same evidence. Where nothing else was said, it wins.</summary>
static class SubmitEvidence
{
    const string Take = """
        update sandbox.disputes
        set    evidence = @Text, decides_at = case when outcome is null then now() + @DisputeFor else decides_at end
        where  id = @DisputeId and status = 'Open' and evidence_due_at > now() and evidence is null
        """;

    public static async Task<Results<Ok<DisputeView>, ProblemHttpResult>> Handle(
        Guid disputeId, SubmitEvidenceRequest request, Database database, DisputeStore disputes,
        Microsoft.Extensions.Options.IOptions<SandboxOptions> options, CancellationToken ct)
    {
        if (request.Text is not { Length: > 0 and <= 5_000 }) return Problem.Invalid("text", "Evidence has 1 to 5 000 characters.").ToHttp();

        await database.Execute(Take, new { DisputeId = disputeId, request.Text, options.Value.DisputeFor }, ct);
        return await disputes.Find(disputeId, ct) switch
        {
            null => SandboxProblems.NoSuchDispute.ToHttp(),
            var dispute when dispute.Evidence == request.Text => TypedResults.Ok(dispute.View()),
            { Evidence: not null } => SandboxProblems.EvidenceGiven.ToHttp(),
            _ => SandboxProblems.EvidenceTooLate.ToHttp(),
        };
    }
}
