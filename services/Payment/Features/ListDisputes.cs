using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>Disputes for operators, newest first; those of one status when asked.</summary>
internal static class ListDisputes
{
    const int LongestPage = 100;

    const string Page = $"""
        select   {DisputeRow.Columns}
        from     {DisputeRow.Source}
        where    (@Status::text is null or dispute.status = @Status) and (@Before::uuid is null or dispute.id < @Before)
        order by dispute.id desc
        limit    @Limit
        """;

    internal sealed record Answer(IReadOnlyList<DisputeView> Disputes, Guid? NextCursor);

    public static async Task<Results<Ok<Answer>, ProblemHttpResult>> Handle(
        DisputeStatus? status, Guid? cursor, int? limit, Database database, CancellationToken ct)
    {
        var page = Math.Clamp(limit ?? 20, 1, LongestPage);
        var rows = await database.List<DisputeRow>(Page, new { Status = status?.ToString(), Before = cursor, Limit = page }, ct);
        return TypedResults.Ok(new Answer([.. rows.Select(row => row.View())], rows.Count == page ? rows[^1].Id : null));
    }
}

/// <summary>A dispute as it is read, with whose it is.</summary>
internal sealed record DisputeRow(
    Guid Id, Guid? RideId, Guid PassengerId, Guid? AttemptId, DisputeStatus Status, long AmountMinorUnits, long FeeMinorUnits, string Currency, string Reason,
    string Provider, string ProviderDisputeId, DateTimeOffset OpenedAt, DateTimeOffset EvidenceDueAt, DateTimeOffset ReceivedAt, DateTimeOffset? EndedAt,
    string? Evidence, Guid? EvidenceBy, DateTimeOffset? EvidenceAt, DateTimeOffset? EvidenceSentAt, string? EvidenceRefusal, long FeeBackMinorUnits,
    Guid? SurplusId, Guid? TopUpId, Guid? TipId)
{
    /// <summary>Disputes with the order, the tip or the top-up that they are about.</summary>
    public const string Source = """
        payment.disputes dispute
        left   join payment.orders  order_of on order_of.id = dispute.order_id
        left   join payment.tips    tip      on tip.id      = dispute.tip_id
        left   join payment.top_ups top_up   on top_up.id   = dispute.top_up_id
        """;

    /// <summary>From <see cref="Source"/>.</summary>
    public const string Columns = """
        dispute.id, coalesce(order_of.ride_id, tip.ride_id) as ride_id,
        coalesce(order_of.passenger_id, tip.passenger_id, top_up.passenger_id) as passenger_id,
        dispute.attempt_id, dispute.status, dispute.amount_minor_units, dispute.fee_minor_units,
        dispute.currency, dispute.reason, dispute.provider, dispute.provider_dispute_id, dispute.opened_at, dispute.evidence_due_at, dispute.received_at,
        dispute.ended_at, dispute.evidence, dispute.evidence_by, dispute.evidence_at, dispute.evidence_sent_at, dispute.evidence_refusal,
        dispute.fee_back_minor_units, dispute.surplus_id, dispute.top_up_id, dispute.tip_id
        """;

    public DisputeView View() => new(
        Id, RideId, PassengerId, AttemptId, Status, new(AmountMinorUnits, Currency), new(FeeMinorUnits, Currency), Reason, Provider, ProviderDisputeId,
        OpenedAt, EvidenceDueAt, ReceivedAt, EndedAt,
        Evidence is { } text ? new(text, EvidenceBy!.Value, EvidenceAt!.Value, EvidenceSentAt, EvidenceRefusal) : null, new(FeeBackMinorUnits, Currency),
        SurplusId, TopUpId, TipId);
}

/// <summary>A charge that a cardholder takes back through their bank.</summary>
/// <param name="Fee">What the provider takes beside the amount.</param>
/// <param name="ProviderReference">The provider's name of it.</param>
/// <param name="OpenedAt">By the provider's clock, as the time until which evidence is taken.</param>
/// <param name="FeeBack">What of the fee came back with the amount when it was won.</param>
/// <param name="RideId">Of a fare and of a tip.</param>
/// <param name="AttemptId">The charge of a fare.</param>
/// <param name="SurplusId">When what is disputed was paid with a code once too often.</param>
/// <param name="TopUpId">When it was paid into the wallet.</param>
/// <param name="TipId">When it was given to the driver.</param>
internal sealed record DisputeView(
    Guid DisputeId, Guid? RideId, Guid PassengerId, Guid? AttemptId, DisputeStatus Status, Money Amount, Money Fee, string Reason, string Provider,
    string ProviderReference, DateTimeOffset OpenedAt, DateTimeOffset EvidenceDueAt, DateTimeOffset ReceivedAt, DateTimeOffset? EndedAt,
    EvidenceView? Evidence, Money FeeBack, Guid? SurplusId, Guid? TopUpId, Guid? TipId);

/// <summary>Our side of it.</summary>
/// <param name="SentAt">When the provider had it, system time.</param>
/// <param name="Refusal">Why the provider would not have it.</param>
internal sealed record EvidenceView(string Text, Guid By, DateTimeOffset At, DateTimeOffset? SentAt, string? Refusal);
