using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Payments.Tests;

/// <summary>A fare is lowered: what a card paid beyond it goes back once, what is not paid yet is not collected. Counted in the provider's own books.</summary>
public sealed class RefundTests(PaymentFleet fleet)
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_card_paid_beyond_the_lowered_fare_goes_back()
    {
        var (passenger, fare) = await Paid("tok_ok");

        await fleet.Publish(fare.LoweredBy(300), Ct);

        Assert.Equal(["Succeeded"], await fleet.RefundsEnd(fare, 1, Ct));
        Assert.Equal((1, 300), await fleet.RefundedFor(fare, Ct));
        Assert.Equal(["PaymentSucceeded", "RefundSucceeded"], await fleet.EventsOf(fare, Ct));
        var payment = await Read(passenger, $"/v1/rides/{fare.RideId}/payment");
        Assert.Equal(300, payment.GetProperty("adjusted").GetProperty("minorUnits").GetInt64());
        Assert.Equal(300, Assert.Single(payment.GetProperty("refunds").EnumerateArray()).GetProperty("amount").GetProperty("minorUnits").GetInt64());
    }

    // NebengJek 20: a redelivered message acted again. Ten lowerings, each told four times at two copies: ten hundred go back and no more.
    [Fact]
    public async Task Many_lowerings_at_once_told_many_times_give_back_their_sum()
    {
        var (_, fare) = await Paid("tok_ok");
        var lowerings = Enumerable.Range(0, 10).Select(_ => fare.LoweredBy(100)).ToList();
        var told = lowerings.SelectMany(lowering => Enumerable.Range(0, 4).Select(_ => lowering with { EventId = Guid.CreateVersion7() })).ToList();

        await Task.WhenAll(told.Select(one => fleet.Publish(one, Ct)));

        await fleet.AllAreHandled(told, Ct);
        await fleet.RefundsEnd(fare, 10, Ct);
        Assert.Equal((10, 1_000), await fleet.RefundedFor(fare, Ct));
    }

    // NebengJek 20, 30: a call whose answer was lost was sent again without a key.
    [Theory]
    [InlineData("tok_refund_timeout")]
    [InlineData("tok_refund_error_after_charge")]
    [InlineData("tok_refund_delay")]
    [InlineData("tok_refund_pending")]
    [InlineData("tok_refund_webhook_twice")]
    [InlineData("tok_refund_webhook_late")]
    public async Task A_refund_whose_answer_is_lost_or_late_is_paid_once(string cardToken)
    {
        var (_, fare) = await Paid(cardToken);

        await fleet.Publish(fare.LoweredBy(300), Ct);

        Assert.Equal(["Succeeded"], await fleet.RefundsEnd(fare, 1, Ct));
        Assert.Equal((1, 300), await fleet.RefundedFor(fare, Ct));
        Assert.Equal(["PaymentSucceeded", "RefundSucceeded"], await fleet.EventsOf(fare, Ct));
    }

    [Theory]
    [InlineData("tok_refund_declined", "refund-declined")]
    [InlineData("tok_refund_pending_declined", "card-declined")]
    [InlineData("tok_refund_error", "provider-error")]
    public async Task A_refund_that_the_provider_refuses_fails_and_an_operator_may_try_again(string cardToken, string code)
    {
        var (passenger, fare) = await Paid(cardToken);
        var retry = $"/v1/ops/rides/{fare.RideId}/payment/refund";
        await fleet.Publish(fare.LoweredBy(300), Ct);
        Assert.Equal(["Failed"], await fleet.RefundsEnd(fare, 1, Ct));

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => fleet.Operator().Post(retry, new { reason = "the bank was away" }, Ct)));

        // A refusal that comes at once makes room for the next try; none ever begins beside another.
        var begun = answers.Count(answer => answer.StatusCode == HttpStatusCode.Accepted);
        Assert.InRange(begun, 1, 10);
        Assert.Equal(HttpStatusCode.Forbidden, (await passenger.Post(retry, new { reason = "mine" }, Ct)).StatusCode);
        Assert.Equal(Enumerable.Repeat("Failed", 1 + begun), await fleet.RefundsEnd(fare, 1 + begun, Ct));
        Assert.Equal((0, 0), await fleet.RefundedFor(fare, Ct));
        Assert.Equal(["PaymentSucceeded", .. Enumerable.Repeat("RefundFailed", 1 + begun)], await fleet.EventsOf(fare, Ct));
        var refunds = (await Read(passenger, $"/v1/rides/{fare.RideId}/payment")).GetProperty("refunds").EnumerateArray();
        Assert.All(refunds, refund => Assert.Equal(code, refund.GetProperty("failureCode").GetString()));
    }

    [Fact]
    public async Task Who_has_it_tried_again_says_why_and_above_the_limit_two_decide()
    {
        var passenger = await fleet.PassengerWithCard("tok_refund_declined", Ct);
        var fare = passenger.Fare(9_000);
        await fleet.Publish(fare, Ct);
        await fleet.PaymentBecomes(fare, "Settled", Ct);
        await fleet.Publish(fare.LoweredBy(6_000), Ct);
        Assert.Equal(["Failed"], await fleet.RefundsEnd(fare, 1, Ct));
        var (first, second, retry) = (fleet.Operator(), fleet.Operator(), $"/v1/ops/rides/{fare.RideId}/payment/refund");

        var silent = await first.Post(retry, new { reason = " " }, Ct);
        var proposed = await Answer(await first.Post(retry, new { reason = "the bank was away" }, Ct));
        var approve = $"{retry}/{proposed.GetProperty("repaymentId").GetGuid()}/approve";
        var again = await second.Post(retry, new { reason = "the bank was away" }, Ct);
        var alone = await first.Post(approve, null, Ct);
        var refunds = await fleet.RefundsEnd(fare, 1, Ct);
        var approved = await second.Post(approve, null, Ct);

        Assert.Equal(HttpStatusCode.BadRequest, silent.StatusCode);
        Assert.Equal(("Proposed", 6_000), (proposed.GetProperty("status").GetString(), proposed.GetProperty("amount").GetProperty("minorUnits").GetInt64()));
        Assert.Equal("refund-proposed", (await Answer(again)).GetProperty("code").GetString());
        Assert.Equal((HttpStatusCode.Forbidden, 1), (alone.StatusCode, refunds.Count));
        Assert.Equal(HttpStatusCode.Accepted, approved.StatusCode);
        Assert.Equal(["Failed", "Failed"], await fleet.RefundsEnd(fare, 2, Ct));
        var decided = Assert.Single((await Answer(await first.Get($"/v1/ops/rides/{fare.RideId}/payment", Ct))).GetProperty("repayments").EnumerateArray());
        Assert.Equal((first.Id, second.Id), (decided.GetProperty("proposedBy").GetGuid(), decided.GetProperty("decidedBy").GetGuid()));
        Assert.Equal("the bank was away", decided.GetProperty("reason").GetString());
    }

    [Fact]
    public async Task A_rejected_proposal_to_refund_makes_room_for_another()
    {
        var passenger = await fleet.PassengerWithCard("tok_refund_declined", Ct);
        var fare = passenger.Fare(9_000);
        await fleet.Publish(fare, Ct);
        await fleet.PaymentBecomes(fare, "Settled", Ct);
        await fleet.Publish(fare.LoweredBy(6_000), Ct);
        await fleet.RefundsEnd(fare, 1, Ct);
        var (one, retry) = (fleet.Operator(), $"/v1/ops/rides/{fare.RideId}/payment/refund");
        var id = (await Answer(await one.Post(retry, new { reason = "wrong ride" }, Ct))).GetProperty("repaymentId").GetGuid();

        var rejected = await one.Post($"{retry}/{id}/reject", null, Ct);

        Assert.Equal(HttpStatusCode.OK, rejected.StatusCode);
        Assert.Equal("refund-decided", (await Answer(await fleet.Operator().Post($"{retry}/{id}/approve", null, Ct))).GetProperty("code").GetString());
        Assert.Equal("Proposed", (await Answer(await one.Post(retry, new { reason = "the right one" }, Ct))).GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_lowering_that_is_heard_before_the_fare_is_not_lost()
    {
        var passenger = await fleet.PassengerWithCard("tok_ok", Ct);
        var (fare, free) = (passenger.Fare(), passenger.Fare());
        FareAdjusted[] lowerings = [fare.LoweredBy(300), free.LoweredBy(1_250)];
        await Task.WhenAll(lowerings.Select(lowering => fleet.Publish(lowering, Ct)));
        await fleet.AllAreHandled(lowerings, Ct);

        await Task.WhenAll(fleet.Publish(fare, Ct), fleet.Publish(free, Ct));

        await fleet.PaymentBecomes(fare, "Settled", Ct);
        await fleet.PaymentBecomes(free, "Settled", Ct);
        Assert.Equal((950, 0), (await fleet.HeldFor(fare, Ct), await fleet.HeldFor(free, Ct)));
        Assert.Equal((0, 0), (await fleet.ChargesFor(free, Ct), (await fleet.RefundedFor(fare, Ct)).Refunds));
    }

    [Fact]
    public async Task Fare_and_lowering_at_once_in_either_order_leave_what_is_left()
    {
        var passenger = await fleet.PassengerWithCard("tok_ok", Ct);
        var fares = Enumerable.Range(0, 20).Select(_ => passenger.Fare()).ToList();

        await Task.WhenAll(fares.SelectMany((fare, turn) => turn % 2 == 0
            ? new[] { fleet.Publish(fare, Ct), fleet.Publish(fare.LoweredBy(250), Ct) }
            : [fleet.Publish(fare.LoweredBy(250), Ct), fleet.Publish(fare, Ct)]));

        foreach (var fare in fares)
        {
            await fleet.PaymentBecomes(fare, "Settled", Ct);
            await PaymentFleet.Until(async () => await fleet.HeldFor(fare, Ct) == 1_000, Ct);
            Assert.Equal(1, await fleet.ChargesFor(fare, Ct));
        }
    }

    [Fact]
    public async Task A_fare_that_is_lowered_while_the_card_is_being_charged_is_paid_back_afterwards()
    {
        var card = PaymentFleet.CardOfItsOwn();
        var passenger = await fleet.PassengerWithCard(card, Ct);
        var fare = passenger.Fare();
        using (fleet.Wire.Hold(card, afterTheEffect: true))
        {
            await fleet.Publish(fare, Ct);
            await fleet.SomeAreSent([fare], 1, Ct);

            var lowering = fare.LoweredBy(1_250);
            await fleet.Publish(lowering, Ct);
            await fleet.AllAreHandled([lowering], Ct);
        }

        await fleet.PaymentBecomes(fare, "Settled", Ct);
        Assert.Equal(["Succeeded"], await fleet.RefundsEnd(fare, 1, Ct));
        Assert.Equal((1, 1_250), await fleet.RefundedFor(fare, Ct));
    }

    [Fact]
    public async Task What_is_owed_is_owed_less_and_nothing_once_all_is_taken_off()
    {
        var passenger = await fleet.PassengerWithCard("tok_declined", Ct);
        var fare = passenger.Fare();
        await fleet.Publish(fare, Ct);
        await fleet.PaymentBecomes(fare, "Owed", Ct);

        await fleet.Publish(fare.LoweredBy(250), Ct);
        await fleet.Publish(fare.LoweredBy(1_000), Ct);

        await fleet.PaymentBecomes(fare, "Settled", Ct);
        Assert.Equal((0, 0), (await fleet.ChargesFor(fare, Ct), (await fleet.RefundedFor(fare, Ct)).Refunds));
    }

    [Fact]
    public async Task Cash_is_taken_for_what_is_left_and_never_paid_back_to_a_card()
    {
        var passenger = await fleet.PassengerWithCash(Ct);
        var fare = passenger.Fare();
        await fleet.Publish(fare, Ct);
        await fleet.PaymentBecomes(fare, "Pending", Ct);
        var before = fare.LoweredBy(250);
        await fleet.Publish(before, Ct);
        await fleet.AllAreHandled([before], Ct);

        var received = await fleet.Driver(fare.DriverId).Post($"/v1/rides/{fare.RideId}/payment/cash-received", null, Ct);
        var after = fare.LoweredBy(100);
        await fleet.Publish(after, Ct);
        await fleet.AllAreHandled([after], Ct);

        var settled = await received.Content.ReadFromJsonAsync<JsonElement>(Ct);
        Assert.Equal(1_000, settled.GetProperty("amount").GetProperty("minorUnits").GetInt64());
        Assert.Empty(await fleet.RefundsEnd(fare, 0, Ct));
    }

    [Fact]
    public async Task The_schema_refuses_a_refund_beyond_what_was_captured_and_to_change_one_that_ended()
    {
        var (_, fare) = await Paid("tok_ok");
        await fleet.Publish(fare.LoweredBy(1_000), Ct);
        await fleet.RefundsEnd(fare, 1, Ct);

        const string refundMore = """
            insert into payment.refunds (id, order_id, attempt_id, amount_minor_units, currency, status, due_at, created_at)
            select gen_random_uuid(), a.order_id, a.id, 251, 'USD', 'Due', now() + interval '1 day', now()
            from   payment.attempts a join payment.orders o on o.id = a.order_id
            where  o.ride_id = @RideId and a.status = 'Succeeded'
            """;
        const string reopen = "update payment.refunds r set status = 'Due', ended_at = null from payment.orders o where o.id = r.order_id and o.ride_id = @RideId";
        const string unsettle = "update payment.orders set status = 'Owed', failure_code = 'x', settled_at = null where ride_id = @RideId";

        var tooMuch = await Assert.ThrowsAsync<PostgresException>(() => fleet.ExecuteAsOwner(refundMore, fare, Ct));
        var again = await Assert.ThrowsAsync<PostgresException>(() => fleet.ExecuteAsOwner(reopen, fare, Ct));
        var unsettled = await Assert.ThrowsAsync<PostgresException>(() => fleet.ExecuteAsOwner(unsettle, fare, Ct));

        Assert.Equal("attempts_refunds_within_captured", tooMuch.ConstraintName);
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, again.SqlState);
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, unsettled.SqlState);
    }

    async Task<(Person Passenger, FareFinalised Fare)> Paid(string cardToken)
    {
        var passenger = await fleet.PassengerWithCard(cardToken, Ct);
        var fare = passenger.Fare();
        await fleet.Publish(fare, Ct);
        await fleet.PaymentBecomes(fare, "Settled", Ct);
        return (passenger, fare);
    }

    static async Task<JsonElement> Answer(HttpResponseMessage answer) => await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);

    static async Task<JsonElement> Read(Person person, string path)
    {
        using var answer = (await person.Get(path, Ct)).EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
    }
}
