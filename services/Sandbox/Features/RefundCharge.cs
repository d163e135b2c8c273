using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tumpang.ServiceDefaults;

namespace Tumpang.Sandbox.Features;

/// <param name="AmountMinorUnits">More than zero, in the charge's currency; refunds of a charge never exceed it.</param>
/// <param name="Reference">The caller's name for it, 1 to 255 characters.</param>
sealed record RefundRequest(Guid ChargeId, long AmountMinorUnits = 0, string Reference = "");

/// <summary>Gives money back, once per idempotency key, and answers as the charged card's token asks.</summary>
static class RefundCharge
{
    // A refund that is declined at once never takes anything; a pending one does until it is decided.
    const string TakeFromCharge = """
        update sandbox.charges
        set    refunded_minor_units = refunded_minor_units + case when @Status = 'Declined' then 0 else @AmountMinorUnits end
        where  id = @ChargeId and status = 'Succeeded' and refunded_minor_units + disputed_minor_units + @AmountMinorUnits <= amount_minor_units
        """;

    const string InsertOnce = """
        insert into sandbox.refunds
            (id, charge_id, idempotency_key, request_hash, amount_minor_units, reference, status, outcome, decline_code, decides_at, decided_at)
        values
            (@Id, @ChargeId, @Key, @Hash, @AmountMinorUnits, @Reference, @Status, @Outcome, @DeclineCode, now() + @Wait,
             case when @Status = 'Pending' then null else now() end)
        on conflict (idempotency_key) do nothing
        """;

    public static async Task<Results<Ok<RefundView>, ProblemHttpResult, EmptyHttpResult>> Handle(
        RefundRequest request, IdempotencyKey? key, Database database, ChargeStore charges, Patience patience, IOptions<SandboxOptions> options, CancellationToken ct)
    {
        if (key is null) return SandboxProblems.KeyMissing.ToHttp();
        if (Validate(request) is { } invalid) return invalid.ToHttp();

        // A repetition must find the first refund even when the charge has nothing left for a second.
        if (await Find(key, database, ct) is { } known) return Repeated(known, request);
        if (await charges.Find(request.ChargeId, ct) is not { } charge) return SandboxProblems.NoSuchCharge.ToHttp();

        var behaviour = CardBehaviour.OfRefund(charge.CardToken);
        if (!behaviour.Happens) return SandboxProblems.Broken.ToHttp();
        if (!await Insert(request, key, behaviour, database, charges, options.Value, ct))
        {
            return await Find(key, database, ct) is { } twin ? Repeated(twin, request) : WhyNot(charge).ToHttp();
        }

        var refund = await Find(key, database, ct);
        return await patience.Allows(behaviour.Answer, options.Value.AnswerDelay, ct)
            ? behaviour.Answer is Answer.WithError ? SandboxProblems.Broken.ToHttp() : TypedResults.Ok(refund!.View())
            : TypedResults.Empty;
    }

    static Task<Refund?> Find(IdempotencyKey key, Database database, CancellationToken ct) =>
        database.Find<Refund>(Refund.FindByKey, new { Key = key.Value }, ct);

    static Results<Ok<RefundView>, ProblemHttpResult, EmptyHttpResult> Repeated(Refund refund, RefundRequest request) =>
        refund.RequestHash.AsSpan().SequenceEqual(IdempotencyKey.HashOf(request)) ? TypedResults.Ok(refund.View()) : SandboxProblems.KeyReused.ToHttp();

    /// <summary>Commits when the charge had enough left and no twin was first.</summary>
    static async Task<bool> Insert(
        RefundRequest request, IdempotencyKey key, CardBehaviour behaviour, Database database, ChargeStore charges, SandboxOptions options, CancellationToken ct)
    {
        var row = new
        {
            Id = Guid.CreateVersion7(),
            Key = key.Value,
            Hash = IdempotencyKey.HashOf(request),
            request.ChargeId,
            request.AmountMinorUnits,
            request.Reference,
            Status = behaviour.Pending ? ChargeStatus.Pending : behaviour.Outcome,
            behaviour.Outcome,
            behaviour.DeclineCode,
            Wait = behaviour.Pending ? options.PendingFor : TimeSpan.Zero,
        };
        await using var tx = await database.Begin(ct);
        if (await tx.Execute(TakeFromCharge, row, ct) == 0 || await tx.Execute(InsertOnce, row, ct) == 0)
        {
            return false;
        }

        if (!behaviour.Pending && await tx.Find<Refund>(Refund.FindByKey, row, ct) is { } refund)
        {
            await charges.AddNotices(tx, refund, options.PendingFor, ct);
        }

        await tx.Commit(ct);
        return true;
    }

    static Problem WhyNot(Charge charge) => charge.Status == ChargeStatus.Succeeded ? SandboxProblems.RefundTooLarge : SandboxProblems.NotSucceeded;

    static Problem? Validate(RefundRequest request) => request switch
    {
        { AmountMinorUnits: <= 0 } => Problem.Invalid("amountMinorUnits", "An amount is a whole number of minor units, more than zero."),
        { Reference.Length: 0 or > 255 } => Problem.Invalid("reference", "A reference has 1 to 255 characters."),
        _ => null,
    };
}
