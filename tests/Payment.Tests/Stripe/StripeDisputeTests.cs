using System.Text.Json.Nodes;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Payments.Tests.Stripe;

/// <summary>What is Stripe's own way with disputes: money that moves later than the status, inquiries, fees, a list, charges that are none of ours.</summary>
public sealed class StripeDisputeTests(PaymentFleet fleet)
{
    const string Created = "charge.dispute.created";
    const string Closed = "charge.dispute.closed";

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_dispute_of_which_no_event_ever_told_is_found_by_the_list_and_followed_to_its_end()
    {
        var (fare, _) = await Paid("pm_dispute_unheard");

        await PaymentFleet.Until(async () => (await fleet.DisputesOf(fare, Ct)).Values.SingleOrDefault() == "Lost", Ct);

        Assert.Equal(["PaymentSucceeded", "ChargebackReceived", "ChargebackLost"], await fleet.EventsOf(fare, Ct));
    }

    [Fact]
    public async Task A_fee_that_Stripe_gives_back_comes_back()
    {
        var (fare, _) = await Paid("pm_dispute_won_fee_back");

        await fleet.DisputeEnds(fare, "Won", Ct);

        await PaymentFleet.Until(async () => await fleet.LedgerOfDisputes(fare, Ct) == (0, 0), Ct);
        Assert.Equal(["PaymentSucceeded", "ChargebackReceived", "ChargebackWon"], await fleet.EventsOf(fare, Ct));
    }

    [Fact]
    public async Task An_inquiry_and_what_is_not_withdrawn_yet_take_nothing_and_what_is_won_comes_back_when_it_is_reinstated()
    {
        var (fare, attempt) = await Paid("pm_card_visa");
        var dispute = fleet.Stripe.Books.Inquire(attempt);

        await Tell(Created, dispute);
        await Tell("charge.dispute.updated", With(dispute, "needs_response"));
        Assert.Empty(await fleet.DisputesOf(fare, Ct));

        // Withdrawn, won and reinstated, as the events would say it; the list and the object itself still say that there is nothing.
        await Tell("charge.dispute.funds_withdrawn", With(dispute, "needs_response", -1_250));
        Assert.Equal("Received", (await fleet.DisputesOf(fare, Ct)).Values.Single());
        await Tell(Closed, With(dispute, "won", -1_250));
        Assert.Equal("Received", (await fleet.DisputesOf(fare, Ct)).Values.Single());
        await Tell("charge.dispute.funds_reinstated", With(dispute, "won", -1_250, 1_250));
        Assert.Equal("Won", (await fleet.DisputesOf(fare, Ct)).Values.Single());
        Assert.Equal(["PaymentSucceeded", "ChargebackReceived", "ChargebackWon"], await fleet.EventsOf(fare, Ct));
    }

    [Fact]
    public async Task Twenty_copies_of_every_step_at_once_begin_and_end_it_once()
    {
        var (fare, attempt) = await Paid("pm_card_visa");
        var dispute = fleet.Stripe.Books.Inquire(attempt);
        var steps = new[]
        {
            (Created, With(dispute, "needs_response", -1_250)), (Closed, With(dispute, "lost", -1_250)), (Closed, With(dispute, "won", -1_250, 1_250)),
        };

        await Task.WhenAll(Enumerable.Range(0, 20).SelectMany(_ => steps).Select(step => Tell(step.Item1, step.Item2)));

        var events = await fleet.EventsOf(fare, Ct);
        Assert.Equal(["PaymentSucceeded", "ChargebackReceived"], events.Take(2));
        Assert.True(Assert.Single(events.Skip(2)) is "ChargebackLost" or "ChargebackWon");
    }

    [Fact]
    public async Task Disputes_of_charges_that_are_none_of_ours_or_were_never_made_change_nothing()
    {
        var declined = (await fleet.PassengerWithCard("pm_decline_generic_decline", Ct, "stripe")).Fare();
        await fleet.Publish(declined, Ct);
        await fleet.PaymentBecomes(declined, "Owed", Ct);
        var intent = fleet.Stripe.Books.IntentsOf((await fleet.MovementsOf(declined, Ct)).Attempts.Single()).Single();
        var disputes = new[] { With(Dispute("pi_of_another_business"), "needs_response", -700), With(Dispute(intent), "needs_response", -700) };
        var events = new[] { $"evt_{Guid.NewGuid():N}", $"evt_{Guid.NewGuid():N}" };

        await Task.WhenAll(disputes.Zip(events, (dispute, id) => Tell(Created, dispute, id)));

        const string ignored = "select count(*) from payment.webhooks where outcome = 'Ignored' and event_id = any(@Events)";
        Assert.Equal(2, await fleet.One<long>(ignored, new { Events = events }, Ct));
        var ids = new { Ids = disputes.Select(dispute => dispute["id"]!.GetValue<string>()).ToArray() };
        Assert.Equal(0, await fleet.One<long>("select count(*) from payment.disputes where provider_dispute_id = any(@Ids)", ids, Ct));
        Assert.Equal(["PaymentFailed"], await fleet.EventsOf(declined, Ct));
    }

    [Fact]
    public async Task A_fee_in_another_currency_than_the_charges_is_left_to_people_and_the_amount_is_booked()
    {
        var (fare, attempt) = await Paid("pm_card_visa");
        var dispute = With(fleet.Stripe.Books.Inquire(attempt), "lost", -1_250);
        dispute["balance_transactions"]![0]!["currency"] = "sgd";

        await Tell(Closed, dispute);

        await PaymentFleet.Until(async () => await fleet.LedgerOfDisputes(fare, Ct) == (-1_250, 0), Ct);
        Assert.Equal("Lost", (await fleet.DisputesOf(fare, Ct)).Values.Single());
    }

    [Fact]
    public async Task The_schema_refuses_more_of_a_fee_back_than_was_taken_and_to_change_it_afterwards()
    {
        var (fare, attempt) = await Paid("pm_card_visa");
        var dispute = fleet.Stripe.Books.Inquire(attempt);
        await Tell(Created, With(dispute, "needs_response", -1_250));
        var id = new { Id = dispute["id"]!.GetValue<string>() };

        var tooMuch = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => fleet.ExecuteAsOwner(
            "update payment.disputes set status = 'Won', ended_at = now(), fee_back_minor_units = fee_minor_units + 1 where provider_dispute_id = @Id", id, Ct));
        await Tell(Closed, With(dispute, "won", -1_250, 1_250));
        var afterwards = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => fleet.ExecuteAsOwner(
            "update payment.disputes set fee_back_minor_units = 1 where provider_dispute_id = @Id", id, Ct));

        Assert.Equal("disputes_fee_back", tooMuch.ConstraintName);
        Assert.Equal(Npgsql.PostgresErrorCodes.InsufficientPrivilege, afterwards.SqlState);
        Assert.Equal("Won", (await fleet.DisputesOf(fare, Ct)).Values.Single());
    }

    async Task<(FareFinalised Fare, Guid Attempt)> Paid(string card)
    {
        var fare = (await fleet.PassengerWithCard(card, Ct, "stripe")).Fare();
        await fleet.Publish(fare, Ct);
        await fleet.PaymentBecomes(fare, "Settled", Ct);
        return (fare, (await fleet.MovementsOf(fare, Ct)).Attempts.Single());
    }

    Task Tell(string type, JsonObject dispute, string? eventId = null) =>
        fleet.Tell("/v1/webhooks/stripe", "Stripe-Signature", RecordedStripe.EventOf(type, dispute, eventId), RecordedStripe.WebhookKey, Ct);

    /// <summary>The same in another state, with what it has moved; the fee goes with the withdrawal.</summary>
    internal static JsonObject With(JsonObject dispute, string status, params long[] moved)
    {
        var then = dispute.DeepClone().AsObject();
        then["status"] = status;
        then["balance_transactions"] = new JsonArray([.. moved.Select(amount => (JsonNode)new JsonObject
        {
            ["id"] = $"txn_{Guid.NewGuid():N}",
            ["amount"] = amount,
            ["currency"] = "usd",
            ["fee"] = amount < 0 ? StripeDisputeBooks.Fee : 0,
        })]);
        return then;
    }

    internal static JsonObject Dispute(string intent) => new()
    {
        ["id"] = $"du_{Guid.NewGuid():N}",
        ["object"] = "dispute",
        ["amount"] = 700,
        ["created"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
        ["currency"] = "usd",
        ["payment_intent"] = intent,
        ["reason"] = "fraudulent",
    };
}
