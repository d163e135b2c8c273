using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Sandbox.Features;

/// <param name="AmountMinorUnits">Of the charge, in its currency; zero for all that is left of it.</param>
/// <param name="Reason">1 to 100 characters.</param>
/// <param name="Outcome">won or lost after a while; absent: the bank waits for evidence.</param>
sealed record OpenDisputeRequest(Guid ChargeId, long AmountMinorUnits = 0, string Reason = "fraudulent", string? Outcome = null);

/// <summary>A cardholder disputes a charge: what a test asks for, because cardholders do not. Once per idempotency key.</summary>
static class OpenDispute
{
    public static async Task<Results<Ok<DisputeView>, ProblemHttpResult>> Handle(
        OpenDisputeRequest request, IdempotencyKey? key, Database database, ChargeStore charges, DisputeStore disputes, CancellationToken ct)
    {
        if (key is null) return SandboxProblems.KeyMissing.ToHttp();
        if (Validate(request) is { } invalid) return invalid.ToHttp();
        if (await disputes.FindUnder(key.Value, ct) is { } known) return TypedResults.Ok(known.View());
        if (await charges.Find(request.ChargeId, ct) is not { } charge) return SandboxProblems.NoSuchCharge.ToHttp();
        if (charge.Status != ChargeStatus.Succeeded) return SandboxProblems.NotSucceeded.ToHttp();

        return await Open(request, charge, key.Value, database, disputes, ct) is { } opened ? TypedResults.Ok(opened.View())
            : await disputes.FindUnder(key.Value, ct) is { } twin ? TypedResults.Ok(twin.View())
            : SandboxProblems.NothingToDispute.ToHttp();
    }

    /// <summary>Commits when so much was left and no twin was first. Twins wait here for one row, and nobody asks for a second connection meanwhile.</summary>
    static async Task<Dispute?> Open(
        OpenDisputeRequest request, Charge charge, string key, Database database, DisputeStore disputes, CancellationToken ct)
    {
        var minorUnits = request.AmountMinorUnits > 0 ? request.AmountMinorUnits : charge.LeftMinorUnits;
        if (minorUnits == 0) return null;

        await using var tx = await database.Begin(ct);
        var outcome = request.Outcome is { } said ? char.ToUpperInvariant(said[0]) + said[1..] : null;
        var opened = await disputes.Open(tx, charge, minorUnits, request.Reason, outcome, key, ct);
        if (opened is not null) await tx.Commit(ct);
        return opened;
    }

    static Problem? Validate(OpenDisputeRequest request) => request switch
    {
        { AmountMinorUnits: < 0 } => Problem.Invalid("amountMinorUnits", "An amount is a whole number of minor units; zero is all that is left."),
        { Reason.Length: 0 or > 100 } => Problem.Invalid("reason", "A reason has 1 to 100 characters."),
        { Outcome: not (null or "won" or "lost") } => Problem.Invalid("outcome", "A dispute ends won or lost."),
        _ => null,
    };
}
