namespace Tumpang.Payments.Provider.Stripe;

/// <summary>
/// Stripe's disputes. What moved on our balance decides, not the status alone: an inquiry, and a dispute whose money is not withdrawn yet, have taken nothing;
/// one that is won but not reinstated has given nothing back. Both are told again when the money moves, or found by asking.
/// </summary>
internal sealed partial class StripeDisputes(StripeClient stripe, ILogger<StripeDisputes> logger) : IProviderDisputes, IDisputeLists
{
    const string Path = "/v1/disputes";

    public string Name => StripeProvider.ProviderName;

    public async Task<DisputeTold?> FindDispute(string providerDisputeId, CancellationToken ct)
    {
        var answer = await stripe.Get($"{Path}/{Uri.EscapeDataString(providerDisputeId)}", StripeJson.Default.StripeDispute, ct);
        return answer.Object is { } dispute ? Read(dispute) : null;
    }

    /// <summary>Newest first, page by page; a list that broke off is no answer.</summary>
    public async Task<IReadOnlyList<DisputeTold>?> ListOpenedSince(DateTimeOffset since, CancellationToken ct)
    {
        var told = new List<DisputeTold>();
        for (var after = ""; ;)
        {
            var page = await stripe.Get(
                $"{Path}?created%5Bgte%5D={since.ToUnixTimeSeconds()}&limit=100{after}", StripeJson.Default.StripePageStripeDispute, ct);
            if (page.Object is not { } list)
            {
                return null;
            }

            told.AddRange(list.Data.Select(Read).OfType<DisputeTold>());
            if (!list.HasMore || list.Data.Count == 0)
            {
                return told;
            }

            after = $"&starting_after={list.Data[^1].Id}";
        }
    }

    /// <summary>Submitted at once: Stripe hands it to the bank, and takes no more.</summary>
    public async Task<EvidenceAnswer> SubmitEvidence(string providerDisputeId, string text, CancellationToken ct)
    {
        var form = new (string, object)[] { ("evidence[uncategorized_text]", text), ("submit", "true") };
        var path = $"{Path}/{Uri.EscapeDataString(providerDisputeId)}";
        var answer = await stripe.Post(path, $"{providerDisputeId}-evidence", form, StripeJson.Default.StripeDispute, ct);
        return answer switch
        {
            { Object: not null } => EvidenceAnswer.Taken,
            { Refusal: not null } => EvidenceAnswer.Refused,
            _ => EvidenceAnswer.Unknown,
        };
    }

    /// <summary>What a dispute says, of an answer or of a webhook; null when it has taken no money, or is about no payment intent.</summary>
    public DisputeTold? Read(StripeDispute dispute)
    {
        var moved = dispute.BalanceTransactions ?? [];
        if (moved.FirstOrDefault(each => each.Amount < 0) is not { } withdrawn || dispute.PaymentIntent is not { } intent
            || StripeMoney.ToMoney(dispute.Amount, dispute.Currency) is not { MinorUnits: > 0 } amount)
        {
            return null;
        }

        var reinstated = moved.FirstOrDefault(each => each.Amount > 0);
        var (fee, feeBack) = (FeeOf(dispute, withdrawn.Fee, withdrawn), FeeOf(dispute, -(reinstated?.Fee ?? 0), reinstated ?? withdrawn));
        var status = (dispute.Status, IsAllBack: reinstated?.Amount >= -withdrawn.Amount) switch
        {
            ("won", true) => DisputeStatus.Won,
            ("lost", _) => DisputeStatus.Lost,
            _ => DisputeStatus.Received,
        };
        if (reinstated is not null && status is not DisputeStatus.Won)
        {
            PartCameBack(dispute.Id, dispute.Status, reinstated.Amount, reinstated.Currency);
        }

        return new(
            Name, dispute.Id, new(ProviderReference: intent), amount, amount with { MinorUnits = fee },
            amount with { MinorUnits = status is DisputeStatus.Won ? Math.Min(fee, feeBack) : 0 }, dispute.Reason, status,
            FromUnix(dispute.Created), FromUnix(dispute.EvidenceDetails?.DueBy ?? dispute.Created));
    }

    static DateTimeOffset FromUnix(long seconds) => DateTimeOffset.FromUnixTimeSeconds(seconds);

    /// <summary>In minor units of the charge's currency. A balance that is kept in another says it in that one, which the charge's books cannot hold.</summary>
    long FeeOf(StripeDispute dispute, long fee, StripeBalanceTransaction moved)
    {
        if (fee <= 0)
        {
            return 0;
        }

        if (moved.Currency == dispute.Currency && StripeMoney.ToMoney(fee, moved.Currency) is { } cost)
        {
            return cost.MinorUnits;
        }

        FeeInAnotherCurrency(dispute.Id, fee, moved.Currency);
        return 0;
    }

    [LoggerMessage(LogLevel.Warning, "Dispute {DisputeId} costs a fee of {Fee} in {Currency}, which is not the charge's currency: it is not booked")]
    partial void FeeInAnotherCurrency(string disputeId, long fee, string currency);

    [LoggerMessage(LogLevel.Critical, "Dispute {DisputeId} is {Status}, and {Amount} {Currency} of it came back: that part is to be booked by hand")]
    partial void PartCameBack(string disputeId, string status, long amount, string currency);
}
