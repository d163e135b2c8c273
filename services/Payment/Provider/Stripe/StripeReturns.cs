using System.Text.Json;

namespace Tumpang.Payments.Provider.Stripe;

/// <summary>
/// Transfers that were reversed, by Stripe's list of its own events, which goes back thirty days: they are what the webhooks say, under the same ids.
/// </summary>
internal sealed class StripeReturns(StripeClient stripe) : IReturnLists
{
    const string Path = "/v1/events";

    /// <summary>The event that tells of a reversal, of all or of a part.</summary>
    public const string Reversed = "transfer.reversed";

    public string Name => StripeProvider.ProviderName;

    /// <summary>Newest first, page by page; a list that broke off is no answer.</summary>
    public async Task<IReadOnlyList<ProviderNews>?> ListSince(DateTimeOffset since, CancellationToken ct)
    {
        var told = new List<ProviderNews>();
        for (var after = ""; ;)
        {
            var page = await stripe.Get(
                $"{Path}?type={Reversed}&created%5Bgte%5D={since.ToUnixTimeSeconds()}&limit=100{after}", StripeJson.Default.StripePageStripeEvent, ct);
            if (page.Object is not { } list)
            {
                return null;
            }

            told.AddRange(list.Data.Select(Read).OfType<ProviderNews>());
            if (!list.HasMore || list.Data.Count == 0)
            {
                return told;
            }

            after = $"&starting_after={list.Data[^1].Id}";
        }
    }

    /// <summary>What an event about a transfer means to us; null when the transfer is none of ours.</summary>
    public static ProviderNews? NewsOf(StripeEvent told, StripeTransfer transfer) =>
        StripeProvider.IdIn(transfer.Metadata, StripeProvider.PayoutKey) is { } payoutId
            ? new(StripeProvider.ProviderName, told.Id, told.Type, Movement.Payout, payoutId, StripeProvider.Read(transfer))
            : null;

    static ProviderNews? Read(StripeEvent told) =>
        told.Data.Object.Deserialize(StripeJson.Default.StripeTransfer) is { Id: not null } transfer ? NewsOf(told, transfer) : null;
}
