using Microsoft.Extensions.Options;
using Tumpang.ServiceDefaults;

namespace Tumpang.Sandbox;

/// <summary>Open → Won (the money comes back to the merchant, fee included) or Lost; the last two are final.</summary>
static class DisputeStatus
{
    public const string Open = nameof(Open);
    public const string Won = nameof(Won);
    public const string Lost = nameof(Lost);
}

/// <summary>How a cardholder disputes what was charged to their card; docs/sandbox.md is the list for people.</summary>
/// <param name="Outcome">Won or Lost; null when it depends on whether there is evidence.</param>
/// <param name="OpenedLate">The news of its opening comes after that of its end.</param>
sealed record DisputeBehaviour(string? Outcome = null, Notice Notice = Notice.Once, bool OpenedLate = false)
{
    /// <summary>Null for cards whose holders dispute nothing by themselves.</summary>
    public static DisputeBehaviour? Of(string cardToken) => cardToken switch
    {
        "tok_dispute" => new(),
        "tok_dispute_won" => new(DisputeStatus.Won),
        "tok_dispute_lost" => new(DisputeStatus.Lost),
        "tok_dispute_twice" => new(DisputeStatus.Lost, Notice.Twice),
        "tok_dispute_late" => new(DisputeStatus.Won, OpenedLate: true),
        "tok_dispute_silent" => new(DisputeStatus.Lost, Notice.OfOpeningOnly),
        _ => null,
    };
}

/// <summary>A dispute as its row, with what it needs of its charge.</summary>
sealed record Dispute(
    Guid Id, Guid ChargeId, long AmountMinorUnits, long FeeMinorUnits, string Currency, string Reason, string Status, string? Evidence, string CardToken,
    string Reference, string ChargeKey, DateTimeOffset OpenedAt, DateTimeOffset EvidenceDueAt, DateTimeOffset? DecidedAt)
{
    /// <summary>From sandbox.disputes d and its charge c.</summary>
    public const string Columns = """
        d.id, d.charge_id, d.amount_minor_units, d.fee_minor_units, c.currency, d.reason, d.status, d.evidence, c.card_token, c.reference,
        c.idempotency_key as charge_key, d.opened_at, d.evidence_due_at, d.decided_at
        """;

    public DisputeView View() => new(
        Id, ChargeId, Status.ToLowerInvariant(), AmountMinorUnits, FeeMinorUnits, Currency, Reason, Reference, ChargeKey, Evidence is not null, OpenedAt,
        EvidenceDueAt, DecidedAt);

    /// <summary>What a webhook tells of it in that status.</summary>
    public DisputeNotice Notice(Guid webhookId, string status) => new(
        webhookId, status is DisputeStatus.Open ? "dispute.opened" : $"dispute.{status.ToLowerInvariant()}", Id, ChargeId, status.ToLowerInvariant(),
        AmountMinorUnits, FeeMinorUnits, Currency, Reason, Reference, ChargeKey, OpenedAt, EvidenceDueAt, DecidedAt ?? OpenedAt);
}

/// <summary>A dispute as its caller sees it.</summary>
/// <param name="IdempotencyKey">Of the charge.</param>
sealed record DisputeView(
    Guid DisputeId, Guid ChargeId, string Status, long AmountMinorUnits, long FeeMinorUnits, string Currency, string Reason, string Reference,
    string IdempotencyKey, bool HasEvidence, DateTimeOffset OpenedAt, DateTimeOffset EvidenceDueAt, DateTimeOffset? DecidedAt);

/// <summary>The body of a webhook about a dispute.</summary>
sealed record DisputeNotice(
    Guid WebhookId, string Type, Guid DisputeId, Guid ChargeId, string Status, long AmountMinorUnits, long FeeMinorUnits, string Currency, string Reason,
    string Reference, string IdempotencyKey, DateTimeOffset OpenedAt, DateTimeOffset EvidenceDueAt, DateTimeOffset OccurredAt);

/// <summary>Opens and decides disputes: the money moves, and the webhook is put beside it, in one transaction. The charge's row is the lock.</summary>
sealed class DisputeStore(Database database, ChargeStore notices, IOptions<SandboxOptions> options)
{
    const string FindById = $"select {Dispute.Columns} from sandbox.disputes d join sandbox.charges c on c.id = d.charge_id where d.id = @Id";
    const string FindByKey = $"select {Dispute.Columns} from sandbox.disputes d join sandbox.charges c on c.id = d.charge_id where d.idempotency_key = @Key";

    const string WithdrawFromCharge = """
        update sandbox.charges
        set    disputed_minor_units = disputed_minor_units + @MinorUnits, disputes_at = null
        where  id = @ChargeId and status = 'Succeeded' and refunded_minor_units + disputed_minor_units + @MinorUnits <= amount_minor_units
        """;

    const string Insert = """
        insert into sandbox.disputes (id, charge_id, idempotency_key, amount_minor_units, fee_minor_units, reason, status, outcome, evidence_due_at, decides_at)
        values (@Id, @ChargeId, @Key, @MinorUnits, @Fee, @Reason, 'Open', @Outcome, now() + @EvidenceWithin, now() + @DecidesAfter)
        on conflict do nothing
        """;

    const string LockCharge = "select 1 from sandbox.charges where id = @ChargeId for update";

    const string MarkDecided = """
        update sandbox.disputes set status = @Status, decided_at = now() where id = @Id and status = 'Open'
        """;

    const string GiveBackToCharge = "update sandbox.charges set disputed_minor_units = disputed_minor_units - @AmountMinorUnits where id = @ChargeId";

    public Task<Dispute?> Find(Guid disputeId, CancellationToken ct) => database.Find<Dispute>(FindById, new { Id = disputeId }, ct);

    public Task<Dispute?> FindUnder(string idempotencyKey, CancellationToken ct) => database.Find<Dispute>(FindByKey, new { Key = idempotencyKey }, ct);

    /// <summary>Withdraws amount and fee. Null when so much is not left of the charge, or a dispute of it is open.</summary>
    public async Task<Dispute?> Open(Transaction tx, Charge charge, long minorUnits, string reason, string? outcome, string? key, CancellationToken ct)
    {
        var settings = options.Value;
        var row = new
        {
            Id = Guid.CreateVersion7(),
            ChargeId = charge.Id,
            Key = key,
            MinorUnits = minorUnits,
            Fee = settings.DisputeFee.GetValueOrDefault(charge.Currency),
            Reason = reason,
            Outcome = outcome,
            settings.EvidenceWithin,
            DecidesAfter = outcome is null ? settings.EvidenceWithin : settings.DisputeFor,
        };
        if (await tx.Execute(WithdrawFromCharge, row, ct) == 0 || await tx.Execute(Insert, row, ct) == 0)
        {
            return null;
        }

        var opened = await tx.Find<Dispute>(FindById, row, ct);
        await notices.AddNotices(tx, opened!, DisputeStatus.Open, OpeningIsTold(opened!), ct);
        return opened;
    }

    /// <summary>The bank has decided; null when it had before.</summary>
    public async Task<Dispute?> Decide(Transaction tx, Dispute dispute, string status, CancellationToken ct)
    {
        await tx.Execute(LockCharge, dispute, ct);
        if (await tx.Execute(MarkDecided, new { dispute.Id, Status = status }, ct) == 0)
        {
            return null;
        }

        if (status is DisputeStatus.Won)
        {
            await tx.Execute(GiveBackToCharge, dispute, ct);
        }

        var decided = await tx.Find<Dispute>(FindById, new { dispute.Id }, ct);
        await notices.AddNotices(tx, decided!, status, TimeSpan.Zero, ct);
        return decided;
    }

    TimeSpan OpeningIsTold(Dispute dispute) =>
        DisputeBehaviour.Of(dispute.CardToken) is { OpenedLate: true } ? options.Value.DisputeFor + options.Value.LateBy : TimeSpan.Zero;
}
