using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Payments.Tests;

/// <summary>What passengers give after the ride: once, by card, by the provider's word, and all of it the driver's in billing's ledger.</summary>
public sealed class TipTests(PaymentFleet fleet)
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(ProviderSide.All), MemberType = typeof(ProviderSide))]
    public async Task A_tip_is_the_drivers_whole(string provider)
    {
        var side = new ProviderSide(fleet, provider);
        var (passenger, fare) = await Paid(side.Good, provider);

        var given = await Tip(passenger, fare, 300);

        Assert.Equal(HttpStatusCode.Accepted, given.StatusCode);
        await TipBecomes(passenger, fare, "Succeeded");
        await DriverIsOwed(fare, 300);
        Assert.Equal(["TipPaid"], await fleet.EventsAbout(await IdOf(given), Ct));
        Assert.Equal(300, await Charged(fare, provider));
        Assert.Equal(HttpStatusCode.NotFound, (await fleet.Passenger().Get(Path(fare), Ct)).StatusCode);
    }

    [Theory]
    [InlineData("tok_timeout")]
    [InlineData("tok_error_after_charge")]
    [InlineData("tok_pending")]
    [InlineData("tok_webhook_twice")]
    public async Task A_tip_whose_answer_is_lost_or_late_is_given_once(string cardToken)
    {
        var (passenger, fare) = await Paid("tok_ok");
        var card = await passenger.AddCard(cardToken, Ct);

        await Tip(passenger, fare, 300, card);

        await TipBecomes(passenger, fare, "Succeeded");
        await DriverIsOwed(fare, 300);
        Assert.Equal(300, await Charged(fare));
    }

    // A refused tip is no debt: the passenger rides on, and may try with another card.
    [Fact]
    public async Task What_the_card_refuses_is_no_tip_and_no_debt()
    {
        var (passenger, fare) = await Paid("tok_ok");
        var broken = await passenger.AddCard("tok_declined", Ct);

        var refused = await Tip(passenger, fare, 300, broken);
        await TipBecomes(passenger, fare, "Failed");
        var again = await Tip(passenger, fare, 200, passenger.MethodId);

        Assert.Equal(["TipFailed"], await fleet.EventsAbout(await IdOf(refused), Ct));
        Assert.Equal(HttpStatusCode.Accepted, again.StatusCode);
        await TipBecomes(passenger, fare, "Succeeded");
        await DriverIsOwed(fare, 200);
        Assert.Equal("Settled", (await fleet.PaymentBecomes(fare, "Settled", Ct)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Of_twenty_taps_at_once_one_is_a_tip()
    {
        var (passenger, fare) = await Paid("tok_ok");

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Tip(passenger, fare, 300, passenger.MethodId)));

        Assert.Equal(1, answers.Count(answer => answer.StatusCode == HttpStatusCode.Accepted));
        foreach (var other in answers.Where(answer => answer.StatusCode != HttpStatusCode.Accepted)) Assert.Equal("tipped-already", await CodeOf(other));
        await DriverIsOwed(fare, 300);
        Assert.Equal(300, await Charged(fare));
    }

    [Fact]
    public async Task What_cannot_be_a_tip_is_refused_by_its_reason()
    {
        var (passenger, fare) = await Paid("tok_ok");
        var (stranger, _) = await Paid("tok_ok");
        var cash = await passenger.AddCash(Ct);
        var owing = await fleet.PassengerWithCard("tok_declined", Ct);
        var owed = owing.Fare();
        await fleet.Publish(owed, Ct);
        await fleet.PaymentBecomes(owed, "Owed", Ct);

        Assert.Equal("tip-out-of-range", await CodeOf(await Tip(passenger, fare, 0)));
        Assert.Equal("tip-out-of-range", await CodeOf(await Tip(passenger, fare, 10_001)));
        Assert.Equal("card-required", await CodeOf(await Tip(passenger, fare, 300, cash)));
        Assert.Equal(HttpStatusCode.NotFound, (await Tip(passenger, fare, 300, stranger.MethodId)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await Tip(stranger, fare, 300)).StatusCode);
        Assert.Equal("ride-not-paid", await CodeOf(await Tip(owing, owed, 300)));
        await fleet.ExecuteAsOwner(
            "update payment.orders set settled_at = settled_at - interval '8 days' where ride_id = @RideId", new { fare.RideId }, Ct);
        Assert.Equal("tip-too-late", await CodeOf(await Tip(passenger, fare, 300)));
    }

    [Fact]
    public async Task A_card_is_not_removed_while_it_pays_a_tip()
    {
        var (passenger, fare) = await Paid("tok_ok");
        var token = PaymentFleet.CardOfItsOwn();
        var card = await passenger.AddCard(token, Ct);
        using (fleet.Wire.Hold(token))
        {
            await Tip(passenger, fare, 300, card);

            var removed = await passenger.Delete($"/v1/payment-methods/{card}", Ct);

            Assert.Equal(HttpStatusCode.Conflict, removed.StatusCode);
        }

        await TipBecomes(passenger, fare, "Succeeded");
        Assert.Equal(HttpStatusCode.NoContent, (await passenger.Delete($"/v1/payment-methods/{card}", Ct)).StatusCode);
    }

    // Whatever else happens to the rows: a tip that has ended stays as it is, and one ride has one.
    [Fact]
    public async Task The_schema_keeps_a_tip_as_it_ended()
    {
        var (passenger, fare) = await Paid("tok_ok");
        await Tip(passenger, fare, 300);
        await TipBecomes(passenger, fare, "Succeeded");

        foreach (var sql in new[]
        {
            "update payment.tips set status = 'Failed', failure_code = 'x' where ride_id = @RideId",
            "update payment.tips set amount_minor_units = 1 where ride_id = @RideId",
            "delete from payment.tips where ride_id = @RideId",
        })
        {
            await Assert.ThrowsAsync<PostgresException>(() => fleet.ExecuteAsOwner(sql, new { fare.RideId }, Ct));
        }
    }

    async Task<(Person Passenger, FareFinalised Fare)> Paid(string card, string provider = "sandbox")
    {
        var passenger = await fleet.PassengerWithCard(card, Ct, provider);
        var fare = passenger.Fare();
        await fleet.Publish(fare, Ct);
        await fleet.PaymentBecomes(fare, "Settled", Ct);
        return (passenger, fare);
    }

    static string Path(FareFinalised fare) => $"/v1/rides/{fare.RideId}/payment/tip";

    static Task<HttpResponseMessage> Tip(Person passenger, FareFinalised fare, long minorUnits, Guid? card = null) =>
        passenger.Post(Path(fare), new { amountMinorUnits = minorUnits, paymentMethodId = card }, Ct);

    static Task TipBecomes(Person passenger, FareFinalised fare, string status) => PaymentFleet.Until(
        async () => (await (await passenger.Get(Path(fare), Ct)).Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("status").GetString() == status, Ct);

    /// <summary>By billing's books, for tips alone.</summary>
    Task DriverIsOwed(FareFinalised fare, long minorUnits) => PaymentFleet.Until(
        async () => await fleet.One<long>(
            """
            select coalesce(-sum(entry.amount_minor_units), 0)::bigint
            from   billing.ledger_transfers transfer
            join   billing.ledger_entries entry on (entry.transfer_id, entry.occurred_at) = (transfer.transfer_id, transfer.occurred_at)
            join   billing.ledger_accounts account on account.account_id = entry.account_id
            where  transfer.ride_id = @RideId and transfer.kind = 'Tip' and account.kind = 'DriverPayable' and account.party_id = @DriverId
            """,
            new { fare.RideId, fare.DriverId }, Ct) == minorUnits, Ct);

    /// <summary>By the provider's books.</summary>
    async Task<long> Charged(FareFinalised fare, string provider = "sandbox")
    {
        var tip = await fleet.One<Guid>("select id from payment.tips where ride_id = @RideId and status = 'Succeeded'", new { fare.RideId }, Ct);
        return provider == "stripe"
            ? fleet.Stripe.Books.Charged(tip).Amount
            : await fleet.One<long>(
                "select coalesce(sum(amount_minor_units), 0)::bigint from sandbox.charges where idempotency_key = @Key and status = 'Succeeded'",
                new { Key = tip.ToString() }, Ct);
    }

    static async Task<Guid> IdOf(HttpResponseMessage answer) => (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("tipId").GetGuid();

    static async Task<string?> CodeOf(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("code").GetString();
}
