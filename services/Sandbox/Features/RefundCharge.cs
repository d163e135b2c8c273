using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Sandbox.Features;

/// <param name="AmountMinorUnits">More than zero, in the charge's currency; refunds of a charge never exceed it.</param>
/// <param name="Reference">The caller's name for it, 1 to 255 characters.</param>
sealed record RefundRequest(Guid ChargeId, long AmountMinorUnits = 0, string Reference = "");

/// <summary>A refund as its caller sees it.</summary>
sealed record RefundView(Guid RefundId, Guid ChargeId, string Status, long AmountMinorUnits, string Currency);

/// <summary>Gives money back, once per idempotency key.</summary>
static class RefundCharge
{
    const string FindByKey = """
        select r.id, r.charge_id, r.request_hash, r.amount_minor_units, c.currency
        from   sandbox.refunds r join sandbox.charges c on c.id = r.charge_id
        where  r.idempotency_key = @Key
        """;

    const string TakeFromCharge = """
        update sandbox.charges
        set    refunded_minor_units = refunded_minor_units + @AmountMinorUnits
        where  id = @ChargeId and status = 'Succeeded' and refunded_minor_units + @AmountMinorUnits <= amount_minor_units
        """;

    const string InsertOnce = """
        insert into sandbox.refunds (id, charge_id, idempotency_key, request_hash, amount_minor_units, reference)
        values (@Id, @ChargeId, @Key, @Hash, @AmountMinorUnits, @Reference)
        on conflict (idempotency_key) do nothing
        """;

    public static async Task<Results<Ok<RefundView>, ProblemHttpResult>> Handle(
        RefundRequest request, IdempotencyKey? key, Database database, ChargeStore charges, CancellationToken ct)
    {
        if (key is null) return SandboxProblems.KeyMissing.ToHttp();
        if (Validate(request) is { } invalid) return invalid.ToHttp();

        // A repetition must find the first refund even when the charge has nothing left for a second.
        var refund = await Find(key, database, ct);
        if (refund is null)
        {
            await Insert(request, key, database, ct);
            refund = await Find(key, database, ct);
        }

        if (refund is null) return WhyNot(await charges.Find(request.ChargeId, ct)).ToHttp();
        return refund.RequestHash.AsSpan().SequenceEqual(IdempotencyKey.HashOf(request)) ? TypedResults.Ok(refund.View()) : SandboxProblems.KeyReused.ToHttp();
    }

    static Task<Row?> Find(IdempotencyKey key, Database database, CancellationToken ct) => database.Find<Row>(FindByKey, new { Key = key.Value }, ct);

    /// <summary>Commits when the charge had enough left and no twin was first.</summary>
    static async Task Insert(RefundRequest request, IdempotencyKey key, Database database, CancellationToken ct)
    {
        var row = new { Id = Guid.CreateVersion7(), Key = key.Value, Hash = IdempotencyKey.HashOf(request), request.ChargeId, request.AmountMinorUnits, request.Reference };
        await using var tx = await database.Begin(ct);
        if (await tx.Execute(TakeFromCharge, row, ct) == 1 && await tx.Execute(InsertOnce, row, ct) == 1)
        {
            await tx.Commit(ct);
        }
    }

    static Problem WhyNot(Charge? charge) => charge switch
    {
        null => SandboxProblems.NoSuchCharge,
        { Status: ChargeStatus.Succeeded } => SandboxProblems.RefundTooLarge,
        _ => SandboxProblems.NotSucceeded,
    };

    static Problem? Validate(RefundRequest request) => request switch
    {
        { AmountMinorUnits: <= 0 } => Problem.Invalid("amountMinorUnits", "An amount is a whole number of minor units, more than zero."),
        { Reference.Length: 0 or > 255 } => Problem.Invalid("reference", "A reference has 1 to 255 characters."),
        _ => null,
    };

    sealed record Row(Guid Id, Guid ChargeId, byte[] RequestHash, long AmountMinorUnits, string Currency)
    {
        public RefundView View() => new(Id, ChargeId, "succeeded", AmountMinorUnits, Currency);
    }
}
