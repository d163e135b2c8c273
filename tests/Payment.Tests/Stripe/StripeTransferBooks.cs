using System.Text.Json.Nodes;
using static Tumpang.Payments.Tests.Stripe.StripeObjects;

namespace Tumpang.Payments.Tests.Stripe;

/// <summary>What Stripe would hold of transfers to connected accounts. Whoever calls holds the turn of the books.</summary>
sealed class StripeTransferBooks(Action<string, JsonObject, TimeSpan> tell)
{
    readonly List<JsonObject> transfers = [];

    public (int Count, long Amount) Of(Guid payoutId) => Sum(transfers, "payout_id", payoutId, null, "amount");

    public StripeReply List(IReadOnlyDictionary<string, string> form) =>
        Page(transfers.Where(transfer => Text(transfer, "transfer_group") == form["transfer_group"]), form);

    public StripeReply Create(IReadOnlyDictionary<string, string> form)
    {
        if (form["destination"].Contains("closed", StringComparison.OrdinalIgnoreCase))
        {
            return Refused("account_closed", $"No such destination: '{form["destination"]}'");
        }

        var transfer = new JsonObject
        {
            ["id"] = $"tr_{transfers.Count + 1:D24}",
            ["object"] = "transfer",
            ["amount"] = long.Parse(form["amount"]),
            ["amount_reversed"] = 0L,
            ["created"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
            ["currency"] = form["currency"],
            ["destination"] = form["destination"],
            ["livemode"] = false,
            ["metadata"] = Metadata(form),
            ["reversed"] = false,
            ["source_type"] = "card",
            ["transfer_group"] = form["transfer_group"],
        };
        transfers.Add(transfer);
        tell("transfer.created", Copy(transfer), TimeSpan.Zero);
        return new(200, Copy(transfer));
    }

    /// <summary>See <see cref="StripeBooks.Reverse"/>.</summary>
    public JsonObject? Reverse(Guid payoutId, long? amount, bool isTold)
    {
        if (transfers.Find(each => Ours(each, "payout_id", payoutId)) is not { } transfer || transfer["reversed"]!.GetValue<bool>())
        {
            return null;
        }

        var (whole, before) = (transfer["amount"]!.GetValue<long>(), transfer["amount_reversed"]!.GetValue<long>());
        transfer["amount_reversed"] = before + (amount ?? (whole - before));
        transfer["reversed"] = transfer["amount_reversed"]!.GetValue<long>() == whole;
        tell("transfer.reversed", Copy(transfer), isTold ? TimeSpan.Zero : Timeout.InfiniteTimeSpan);
        return Copy(transfer);
    }
}
