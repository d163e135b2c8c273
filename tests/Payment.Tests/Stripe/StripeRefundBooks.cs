using System.Text.Json.Nodes;
using static Tumpang.Payments.Tests.Stripe.StripeObjects;

namespace Tumpang.Payments.Tests.Stripe;

/// <summary>
/// What Stripe would hold of refunds. Those of a card pm_refund_… are pending for a second, and then as its name says. Whoever calls holds the turn of the books.
/// </summary>
sealed class StripeRefundBooks(Action<string, JsonObject, TimeSpan> tell, Lock turn)
{
    static readonly TimeSpan Pending = TimeSpan.FromSeconds(1), ToldAfter = TimeSpan.FromSeconds(2);

    readonly List<JsonObject> refunds = [];

    public (int Count, long Amount) Of(Guid refundId) => Sum(refunds, "refund_id", refundId, "succeeded", "amount");

    public StripeReply List(IReadOnlyDictionary<string, string> form) =>
        Page(refunds.Where(refund => Text(refund, "payment_intent") == form["payment_intent"]), form);

    public StripeReply Create(JsonObject intent, bool isDisputed, IReadOnlyDictionary<string, string> form)
    {
        var amount = long.Parse(form["amount"]);
        if (Text(intent, "status") != "succeeded" || GivenOf(intent) + amount > intent["amount_received"]!.GetValue<long>())
        {
            return Refused("charge_already_refunded", "The amount is more than what is left of the charge.");
        }

        if (isDisputed)
        {
            return Refused("charge_disputed", "The charge has been charged back; cannot issue a refund.");
        }

        var card = Text(intent, "payment_method");
        var isPending = card.StartsWith("pm_refund_", StringComparison.Ordinal);
        var refund = new JsonObject
        {
            ["id"] = $"re_{refunds.Count + 1:D24}",
            ["object"] = "refund",
            ["amount"] = amount,
            ["charge"] = Text(intent, "latest_charge"),
            ["created"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
            ["currency"] = Text(intent, "currency"),
            ["metadata"] = Metadata(form),
            ["payment_intent"] = Id(intent),
            ["reason"] = null,
            ["status"] = isPending ? "pending" : "succeeded",
        };
        refunds.Add(refund);
        tell("refund.created", Copy(refund), ToldAfter);
        if (isPending)
        {
            _ = EndLater(refund, card == "pm_refund_fails");
        }

        return new(200, Copy(refund));
    }

    long GivenOf(JsonObject intent) => refunds
        .Where(each => Text(each, "payment_intent") == Id(intent) && Text(each, "status") != "failed")
        .Sum(each => each["amount"]!.GetValue<long>());

    async Task EndLater(JsonObject refund, bool fails)
    {
        await Task.Delay(Pending);
        lock (turn)
        {
            refund["status"] = fails ? "failed" : "succeeded";
            refund["failure_reason"] = fails ? "expired_or_canceled_card" : null;
            tell(fails ? "refund.failed" : "refund.updated", Copy(refund), TimeSpan.Zero);
            tell("charge.refund.updated", Copy(refund), TimeSpan.Zero);
        }
    }
}
