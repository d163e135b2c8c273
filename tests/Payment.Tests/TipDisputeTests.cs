using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Payments.Tests;

/// <summary>What was given to a driver is taken back through a bank: as of a fare the driver keeps it, what is lost is our loss, and the passenger owes it.</summary>
public sealed class TipDisputeTests(PaymentFleet fleet) : DisputesUnderTest(fleet)
{
    [Theory]
    [MemberData(nameof(Providers))]
    public async Task It_is_received_once_and_ends_once_whichever_step_is_told_first_or_not_at_all(string provider)
    {
        var side = new ProviderSide(Fleet, provider);
        var expected = new[] { (side.DisputeWon, "Won"), (side.DisputeLost, "Lost"), (side.DisputeToldLate, "Won"), (side.DisputeSilent, "Lost") };
        await Task.WhenAll(expected.Select(async each =>
        {
            var (card, end) = each;
            var (passenger, fare) = await Paid(side);

            var tip = await Tip(passenger, fare, await passenger.AddCard(card, Ct));

            await Ends(tip, end);
            var (gone, fee) = end == "Won" ? (0, side.FeeOfWon) : (300, ProviderSide.DisputeFee);
            await PaymentFleet.Until(
                async () => (card, await Fleet.LedgerOfDisputes(tip, "ProviderClearing", Ct), await Fleet.LedgerOfDisputes(tip, "ProviderFees", Ct))
                    == (card, -gone - fee, fee), Ct);
            Assert.Equal(0, await Fleet.LedgerOfDisputes(tip, "DriverPayable", Ct));
            Assert.Equal(["PaymentSucceeded", "ChargebackReceived", $"Chargeback{end}"], await Fleet.EventsOf(fare, Ct));
            Assert.Equal(["TipPaid"], await Fleet.EventsAbout(tip, Ct));
        }));
    }

    // The fare was lowered and its charge taken back, and the tip too: what is set off is set off against the fare alone.
    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_part_of_it_does_not_count_against_the_fare(string provider)
    {
        var side = new ProviderSide(Fleet, provider);
        var (passenger, fare) = await Paid(side);
        var tip = await Tip(passenger, fare, passenger.MethodId);
        await PaymentFleet.Until(async () => (await Fleet.EventsAbout(tip, Ct)).Count == 1, Ct);

        await side.Decide((await side.Dispute(tip, 200, Ct))!, won: false, Ct);
        await Ends(tip, "Lost");
        await Fleet.Publish(fare.LoweredBy(250), Ct);

        Assert.Equal(["Succeeded"], await Fleet.RefundsEnd(fare, 1, Ct));
        Assert.Equal((1, 250), await side.RefundedFor(fare, Ct));
        Assert.Empty(await Fleet.SetOffOf(fare, Ct));
        await PaymentFleet.Until(async () => await Fleet.LedgerOfDisputes(tip, "ProviderClearing", Ct) == -200 - ProviderSide.DisputeFee, Ct);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Operators_see_whose_it_is_and_give_evidence(string provider)
    {
        var side = new ProviderSide(Fleet, provider);
        var (passenger, fare) = await Paid(side);
        var tip = await Tip(passenger, fare, passenger.MethodId);
        await PaymentFleet.Until(async () => (await Fleet.EventsAbout(tip, Ct)).Count == 1, Ct);
        var dispute = (await side.Dispute(tip, null, Ct))!;
        await PaymentFleet.Until(async () => (await Fleet.DisputesAbout(tip, Ct)).Count == 1, Ct);
        var id = await Fleet.One<Guid>("select id from payment.disputes where provider_dispute_id = @Name", new { Name = dispute }, Ct);

        var given = await Fleet.Operator().Post($"/v1/ops/disputes/{id}/evidence", new { text = "They tipped in the app." }, Ct);

        Assert.Equal(HttpStatusCode.Accepted, given.StatusCode);
        await PaymentFleet.Until(
            async () => await Fleet.One<bool>("select evidence_sent_at is not null from payment.disputes where id = @Id", new { Id = id }, Ct), Ct);
        await side.Decide(dispute, won: true, Ct);
        await Ends(tip, "Won");
        using var answer = await Fleet.Operator().Get($"/v1/ops/disputes/{id}", Ct);
        var view = await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
        Assert.Equal(
            (tip, fare.RideId, passenger.Id, 300),
            (view.GetProperty("tipId").GetGuid(), view.GetProperty("rideId").GetGuid(), view.GetProperty("passengerId").GetGuid(),
                view.GetProperty("amount").GetProperty("minorUnits").GetInt64()));
    }

    async Task<(Person Passenger, FareFinalised Fare)> Paid(ProviderSide side)
    {
        var passenger = await side.Passenger(side.Good, Ct);
        var fare = passenger.Fare();
        await Fleet.Publish(fare, Ct);
        await Fleet.PaymentBecomes(fare, "Settled", Ct);
        return (passenger, fare);
    }

    static async Task<Guid> Tip(Person passenger, FareFinalised fare, Guid card)
    {
        var given = await passenger.Post($"/v1/rides/{fare.RideId}/payment/tip", new { amountMinorUnits = 300, paymentMethodId = card }, Ct);
        Assert.Equal(HttpStatusCode.Accepted, given.StatusCode);
        return (await given.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("tipId").GetGuid();
    }

    Task Ends(Guid tip, string status) => Fleet.DisputeEnds(tip, status, Ct);
}
