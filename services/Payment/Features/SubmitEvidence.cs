using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>An operator gives our side of a dispute, once, while the provider takes it. It is written down here; a worker takes it there.</summary>
internal static class SubmitEvidence
{
    const int Longest = 5_000;

    const string LockOne = $"""
        select {DisputeRow.Columns}
        from   {DisputeRow.Source}
        where  dispute.id = @DisputeId
        for    update of dispute
        """;

    const string Store = """
        update payment.disputes set evidence = @Text, evidence_by = @By, evidence_at = @Now, look_at = now() where id = @DisputeId
        """;

    /// <param name="Text">What happened and what shows it, 1 to 5 000 characters.</param>
    internal sealed record Request(string Text = "");

    public static async Task<Results<Accepted<DisputeView>, ProblemHttpResult>> Handle(
        Guid disputeId, Request request, CurrentUser user, CityClock clock, TimeProvider system, Transaction tx, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(request.Text) || request.Text.Length > Longest) return PaymentProblems.EvidenceInvalid.ToHttp();
        if (await tx.Find<DisputeRow>(LockOne, new { DisputeId = disputeId }, ct) is not { } dispute) return PaymentProblems.DisputeNotFound.ToHttp();
        if (Refuse(dispute, system.GetUtcNow()) is { } problem) return problem.ToHttp();

        var now = clock.GetUtcNow();
        await tx.Execute(Store, new { DisputeId = disputeId, request.Text, By = user.Id, Now = now }, ct);
        var given = dispute with { Evidence = request.Text, EvidenceBy = user.Id, EvidenceAt = now };
        return TypedResults.Accepted($"/v1/ops/disputes/{disputeId}", given.View());
    }

    static Problem? Refuse(DisputeRow dispute, DateTimeOffset systemNow) => dispute switch
    {
        { Status: not DisputeStatus.Received } => PaymentProblems.DisputeEnded(dispute.Status),
        { Evidence: not null } => PaymentProblems.EvidenceGiven,
        _ when dispute.EvidenceDueAt <= systemNow => PaymentProblems.EvidenceTooLate,
        _ => null,
    };
}
