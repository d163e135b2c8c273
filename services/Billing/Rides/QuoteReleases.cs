using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Rides;

/// <summary>Notes that no ride will use a quote any more, nor its promotion, whether or not its request has been heard of yet.</summary>
internal static class QuoteReleases
{
    const string Insert = """
        insert into billing.quote_releases (quote_id, reason, released_at)
        values (@QuoteId, @Reason, @ReleasedAt)
        on conflict (quote_id) do nothing
        """;

    public static async Task Release(Guid quoteId, string reason, DateTimeOffset releasedAt, Transaction transaction, CancellationToken ct)
    {
        await PromotionUses.Lock(quoteId, transaction, ct);
        await transaction.Execute(Insert, new { QuoteId = quoteId, Reason = reason, ReleasedAt = releasedAt }, ct);
        await PromotionUses.Release(quoteId, transaction, ct);
    }
}
