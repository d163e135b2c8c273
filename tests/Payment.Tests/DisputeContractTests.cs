using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Payments.Tests;

/// <summary>What payment relies on of every provider where cardholders take charges back: with its own webhooks, its own answers and its own books.</summary>
public sealed class DisputeContractTests(PaymentFleet fleet) : DisputesUnderTest(fleet)
{
    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_dispute_is_received_once_and_ends_once_whichever_step_is_told_first_or_not_at_all(string provider)
    {
        var side = new ProviderSide(Fleet, provider);
        var expected = new[] { (side.DisputeWon, "Won"), (side.DisputeLost, "Lost"), (side.DisputeToldLate, "Won"), (side.DisputeSilent, "Lost") };
        await Task.WhenAll(expected.Select(async each =>
        {
            var (card, end) = each;
            var fare = await Paid(side, card);

            await Ends(fare, end);

            Assert.Equal((card, end == "Won" ? 1_250 : 0), (card, (await side.HeldFor(fare, Ct)).Held));
            await PaymentFleet.Until(
                async () => (card, await Fleet.LedgerOfDisputes(fare, Ct))
                    == (card, end == "Won" ? (-side.FeeOfWon, side.FeeOfWon) : (-1_250 - ProviderSide.DisputeFee, ProviderSide.DisputeFee)), Ct);
            Assert.Equal(["PaymentSucceeded", "ChargebackReceived", $"Chargeback{end}"], await Fleet.EventsOf(fare, Ct));
        }));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_part_that_is_disputed_is_not_refunded_until_it_is_won(string provider)
    {
        var side = new ProviderSide(Fleet, provider);
        var fare = await Paid(side, side.Good);
        var dispute = await side.Dispute(fare, 700, Ct);
        await PaymentFleet.Until(async () => (await Fleet.DisputesOf(fare, Ct)).Count == 1, Ct);
        var lowering = fare.LoweredBy(300);
        await Fleet.Publish(lowering, Ct);
        await Fleet.AllAreHandled([lowering], Ct);

        Assert.Empty(await Fleet.RefundsEnd(fare, 0, Ct));
        await side.Decide(dispute!, won: true, Ct);

        Assert.Equal(["Succeeded"], await Fleet.RefundsEnd(fare, 1, Ct));
        Assert.Equal((1, 300), await side.RefundedFor(fare, Ct));
        Assert.Equal(["PaymentSucceeded", "ChargebackReceived", "ChargebackWon", "RefundSucceeded"], await Fleet.EventsOf(fare, Ct));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task What_was_refunded_before_may_be_disputed_as_far_as_the_provider_lets_it(string provider)
    {
        var side = new ProviderSide(Fleet, provider);
        var fare = await Paid(side, side.Good);
        await Fleet.Publish(fare.LoweredBy(250), Ct);
        Assert.Equal(["Succeeded"], await Fleet.RefundsEnd(fare, 1, Ct));

        var dispute = await side.Dispute(fare, null, Ct);
        await side.Decide(dispute!, won: false, Ct);

        await Ends(fare, "Lost");
        var (net, taken, _) = await Fleet.MoneyTold(fare, Ct);
        Assert.Equal((1_000, provider == "stripe" ? 1_250 : 1_000), (net, taken));
        Assert.Equal(net - taken, (await side.HeldFor(fare, Ct)).Held);
        Assert.Empty(await Fleet.SetOffOf(fare, Ct));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Evidence_reaches_the_provider_once_and_the_bank_decides(string provider)
    {
        var side = new ProviderSide(Fleet, provider);
        var fare = await Paid(side, side.Good);
        var dispute = (await side.Dispute(fare, null, Ct))!;
        await PaymentFleet.Until(async () => (await Fleet.DisputesOf(fare, Ct)).Count == 1, Ct);
        var id = await Fleet.One<Guid>("select id from payment.disputes where provider_dispute_id = @Name", new { Name = dispute }, Ct);

        var answers = await Task.WhenAll(Enumerable.Range(0, 5)
            .Select(turn => Fleet.Operator().Post($"/v1/ops/disputes/{id}/evidence", new { text = $"They rode, with a PIN ({turn})." }, Ct)));
        var accepted = Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.Accepted);
        var text = (await accepted.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("evidence").GetProperty("text").GetString()!;
        await PaymentFleet.Until(() => side.HasEvidence(fare, text, Ct), Ct);
        // The provider has it a moment before we have noted its answer.
        await PaymentFleet.Until(async () => await Fleet.One<bool>("select evidence_sent_at is not null from payment.disputes where id = @Id", new { Id = id }, Ct), Ct);
        await side.Decide(dispute, won: true, Ct);

        await Ends(fare, "Won");
        using var answer = await Fleet.Operator().Get($"/v1/ops/disputes/{id}", Ct);
        var view = await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
        Assert.True(view.GetProperty("evidence").TryGetProperty("sentAt", out var sentAt) && sentAt.ValueKind == JsonValueKind.String);
        Assert.Equal(ProviderSide.DisputeFee - side.FeeOfWon, view.GetProperty("feeBack").GetProperty("minorUnits").GetInt64());
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task What_was_held_before_it_was_captured_may_be_disputed_too(string provider)
    {
        var side = new ProviderSide(Fleet, provider);
        var fare = (await side.Passenger(side.Good, Ct)).Fare();
        await Fleet.Publish(fare.Beginning(), Ct);
        await Fleet.HoldBecomes(fare, "Authorised", Ct);
        await Fleet.Publish(fare, Ct);
        await Fleet.PaymentBecomes(fare, "Settled", Ct);

        await side.Decide((await side.Dispute(fare, null, Ct))!, won: false, Ct);

        await Ends(fare, "Lost");
        Assert.Equal((1, 0), await side.HeldFor(fare, Ct));
    }
}
