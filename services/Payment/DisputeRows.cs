using Tumpang.ServiceDefaults;

namespace Tumpang.Payments;

/// <summary>What is disputed: a payment of a fare, with its order; what was paid into a wallet; or a tip.</summary>
/// <param name="SurplusId">Of a fare, when it was paid once too often.</param>
internal sealed record DisputeAbout(
    Guid? OrderId = null, Guid? AttemptId = null, Guid? SurplusId = null, Guid? TopUpId = null, Guid? TipId = null);

/// <summary>A dispute that has ended now.</summary>
internal sealed record EndedDispute(Guid Id, Guid? SurplusId, Guid? TipId);

/// <summary>Begins and ends disputes, each once. Whoever comes here holds the lock of what is disputed.</summary>
internal static class DisputeRows
{
    const string InsertOnce = """
        insert into payment.disputes (id, provider, provider_dispute_id, order_id, attempt_id, surplus_id, top_up_id, tip_id, amount_minor_units,
               fee_minor_units, currency, reason, status, opened_at, evidence_due_at, received_at)
        values (@Id, @Provider, @ProviderDisputeId, @OrderId, @AttemptId, @SurplusId, @TopUpId, @TipId, @MinorUnits,
               @FeeMinorUnits, @Currency, @Reason, 'Received', @OpenedAt, @EvidenceDueAt, @Now)
        on conflict do nothing
        """;

    const string EndOnce = """
        update payment.disputes
        set    status = @Status, fee_back_minor_units = @FeeBack, ended_at = @Now
        where  provider = @Provider and provider_dispute_id = @ProviderDisputeId and status = 'Received'
        returning id, surplus_id, tip_id
        """;

    /// <summary>Its id with us; null when it had begun before.</summary>
    public static async Task<Guid?> BeginDispute(this Transaction tx, DisputeTold told, DisputeAbout about, DateTimeOffset now, CancellationToken ct)
    {
        var id = Guid.CreateVersion7();
        var row = new
        {
            Id = id,
            told.Provider,
            told.ProviderDisputeId,
            about.OrderId,
            about.AttemptId,
            about.SurplusId,
            about.TopUpId,
            about.TipId,
            told.Amount.MinorUnits,
            FeeMinorUnits = told.Fee.MinorUnits,
            told.Amount.Currency,
            told.Reason,
            told.OpenedAt,
            told.EvidenceDueAt,
            Now = now,
        };
        return await tx.Execute(InsertOnce, row, ct) == 1 ? id : null;
    }

    /// <summary>Null when it had ended before.</summary>
    public static Task<EndedDispute?> EndDispute(this Transaction tx, DisputeTold told, DateTimeOffset now, CancellationToken ct) => tx.Find<EndedDispute>(
        EndOnce, new { told.Provider, told.ProviderDisputeId, Status = told.Status.ToString(), FeeBack = told.FeeBack.MinorUnits, Now = now }, ct);
}
