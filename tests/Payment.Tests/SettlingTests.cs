using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Payments.Tests;

/// <summary>How an order ends, and who may end it.</summary>
public sealed class SettlingTests(PaymentFleet fleet)
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    // NebengJek 19: a rejected payment was final, and both sides were locked for a day.
    [Fact]
    public async Task NebengJek_19_a_declined_card_makes_a_debt_that_another_card_settles()
    {
        var passenger = await fleet.PassengerWithCard("tok_declined", Ct);
        var fare = passenger.Fare();
        await fleet.Publish(fare, Ct);
        await fleet.PaymentBecomes(fare, "Owed", Ct);

        var other = await passenger.AddCard("tok_ok", Ct);
        var answer = await passenger.Post($"/v1/rides/{fare.RideId}/payment/retry", new { paymentMethodId = other }, Ct);

        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        await fleet.PaymentBecomes(fare, "Settled", Ct);
        Assert.Equal(["PaymentFailed", "PaymentSucceeded"], await fleet.EventsOf(fare, Ct));
        Assert.Equal(1, await fleet.ChargesFor(fare, Ct));
    }

    // NebengJek 15: two at once both passed the check. Twenty at once, on two copies.
    [Fact]
    public async Task Of_twenty_retries_at_once_one_begins()
    {
        var passenger = await fleet.PassengerWithCard("tok_declined", Ct);
        var fare = passenger.Fare();
        await fleet.Publish(fare, Ct);
        await fleet.PaymentBecomes(fare, "Owed", Ct);
        var slow = await passenger.AddCard("tok_pending", Ct);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ =>
            passenger.Post($"/v1/rides/{fare.RideId}/payment/retry", new { paymentMethodId = slow }, Ct)));

        Assert.Equal(1, answers.Count(answer => answer.StatusCode == HttpStatusCode.Accepted));
        Assert.Equal(19, answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict));
        await fleet.PaymentBecomes(fare, "Settled", Ct);
        Assert.Equal(1, await fleet.ChargesFor(fare, Ct));
    }

    /// <summary>Nobody was there to take it: the passenger need not wait half a day to learn that.</summary>
    [Fact]
    public async Task A_cancellation_fee_in_cash_is_owed_at_once_and_a_card_settles_it()
    {
        var passenger = await fleet.PassengerWithCash(Ct);
        var fare = passenger.Fare() with { Kind = FareKind.Cancellation };
        await fleet.Publish(fare, Ct);
        await fleet.PaymentBecomes(fare, "Owed", Ct);

        var card = await passenger.AddCard("tok_ok", Ct);
        await passenger.Post($"/v1/rides/{fare.RideId}/payment/retry", new { paymentMethodId = card }, Ct);

        await fleet.PaymentBecomes(fare, "Settled", Ct);
        Assert.Equal(1, await fleet.ChargesFor(fare, Ct));
    }

    // NebengJek 15: concurrent payments of one ride.
    [Fact]
    public async Task Twenty_confirmations_of_cash_are_one_payment()
    {
        var passenger = await fleet.PassengerWithCash(Ct);
        var fare = passenger.Fare();
        await fleet.Publish(fare, Ct);
        await fleet.PaymentBecomes(fare, "Pending", Ct);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ =>
            fleet.Driver(fare.DriverId).Post($"/v1/rides/{fare.RideId}/payment/cash-received", null, Ct)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        var told = await Task.WhenAll(answers.Select(answer => answer.Content.ReadAsStringAsync(Ct)));
        Assert.Contains("\"minorUnits\":1250", Assert.Single(told.Distinct()), StringComparison.Ordinal);
        Assert.Equal(["PaymentSucceeded"], await fleet.EventsOf(fare, Ct));
        Assert.Equal(1, await fleet.AttemptsOf(fare, Ct));
    }

    // The driver holds the cash, whatever the passenger tries beside it.
    [Fact]
    public async Task Cash_is_confirmed_after_a_card_was_tried_in_vain()
    {
        var passenger = await fleet.PassengerWithCash(Ct);
        var card = await passenger.AddCard("tok_declined", Ct);
        var fare = passenger.Fare();
        await fleet.Publish(fare, Ct);
        await fleet.PaymentBecomes(fare, "Pending", Ct);
        await passenger.Post($"/v1/rides/{fare.RideId}/payment/retry", new { paymentMethodId = card }, Ct);
        await fleet.PaymentBecomes(fare, "Owed", Ct);

        var answer = await fleet.Driver(fare.DriverId).Post($"/v1/rides/{fare.RideId}/payment/cash-received", null, Ct);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var payment = await fleet.PaymentBecomes(fare, "Settled", Ct);
        Assert.Equal(("Cash", passenger.MethodId), (payment.GetProperty("kind").GetString(), payment.GetProperty("paymentMethodId").GetGuid()));
        Assert.Equal(["PaymentFailed", "PaymentSucceeded"], await fleet.EventsOf(fare, Ct));
        Assert.Equal(0, await fleet.ChargesFor(fare, Ct));
    }

    // NebengJek 15: the driver takes cash in the very moment in which the passenger pays by card.
    [Fact]
    public async Task NebengJek_15_cash_and_card_at_once_are_never_both_taken()
    {
        for (var round = 0; round < 5; round++)
        {
            var passenger = await fleet.PassengerWithCash(Ct);
            var card = await passenger.AddCard("tok_ok", Ct);
            var fare = passenger.Fare();
            await fleet.Publish(fare, Ct);
            await fleet.PaymentBecomes(fare, "Pending", Ct);

            await Task.WhenAll(Enumerable.Range(0, 20).Select(turn => turn % 2 == 0
                ? fleet.Driver(fare.DriverId).Post($"/v1/rides/{fare.RideId}/payment/cash-received", null, Ct)
                : passenger.Post($"/v1/rides/{fare.RideId}/payment/retry", new { paymentMethodId = card }, Ct)));

            var payment = await fleet.PaymentBecomes(fare, "Settled", Ct);
            Assert.Equal(payment.GetProperty("kind").GetString() == "Card" ? 1 : 0, await fleet.ChargesFor(fare, Ct));
            Assert.Equal(["PaymentSucceeded"], await fleet.EventsOf(fare, Ct));
        }
    }

    [Fact]
    public async Task An_order_keeps_every_state_that_it_had_and_what_brought_it_about()
    {
        var passenger = await fleet.PassengerWithCard("tok_declined", Ct);
        var fare = passenger.Fare();
        await fleet.Publish(fare, Ct);
        await fleet.PaymentBecomes(fare, "Owed", Ct);
        var other = await passenger.AddCard("tok_ok", Ct);
        await passenger.Post($"/v1/rides/{fare.RideId}/payment/retry", new { paymentMethodId = other }, Ct);
        await fleet.PaymentBecomes(fare, "Settled", Ct);

        var history = await HistoryOf(fare);

        Assert.Equal(
            [("Pending", "fare-finalised", false), ("Owed", "card-declined", true), ("Settled", "collected", true)],
            history.Select(state => (
                state.GetProperty("status").GetString()!, state.GetProperty("cause").GetString()!, state.TryGetProperty("attemptId", out var by) && by.ValueKind is JsonValueKind.String)));
        Assert.NotEqual(history[1].GetProperty("attemptId").GetGuid(), history[2].GetProperty("attemptId").GetGuid());
    }

    [Fact]
    public async Task The_history_of_an_order_says_who_gave_it_up_and_nobody_rewrites_it()
    {
        var fare = (await fleet.PassengerWithCash(Ct)).Fare();
        await fleet.Publish(fare, Ct);
        await fleet.PaymentBecomes(fare, "Pending", Ct);
        await fleet.Operator().Post($"/v1/ops/rides/{fare.RideId}/payment/closures", new { kind = "Void", reason = "wrong ride" }, Ct);

        var history = await HistoryOf(fare);

        Assert.Equal(["fare-finalised", "closed"], history.Select(state => state.GetProperty("cause").GetString()));
        Assert.Equal(JsonValueKind.String, history[1].GetProperty("closureId").ValueKind);
        foreach (var sql in new[] { "update payment.order_states set status = 'Settled'", "delete from payment.order_states", "truncate payment.order_states" })
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => fleet.ExecuteAsOwner(sql, new { }, Ct));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        }
    }

    async Task<IReadOnlyList<JsonElement>> HistoryOf(FareFinalised fare)
    {
        using var answer = await fleet.Operator().Get($"/v1/ops/rides/{fare.RideId}/payment", Ct);
        return [.. (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("history").EnumerateArray()];
    }

    // NebengJek 18: a fare of zero could not be paid, and the ride never ended.
    [Fact]
    public async Task A_free_ride_settles_at_once_and_charges_nothing()
    {
        var passenger = await fleet.PassengerWithCard("tok_declined", Ct);
        var fare = passenger.Fare(minorUnits: 0);

        await fleet.Publish(fare, Ct);

        await fleet.PaymentBecomes(fare, "Settled", Ct);
        Assert.Equal((0, 0), (await fleet.ChargesFor(fare, Ct), await fleet.AttemptsOf(fare, Ct)));
    }

    [Fact]
    public async Task Insufficient_funds_are_tried_three_times_in_city_time_and_then_owed()
    {
        var passenger = await fleet.PassengerWithCard("tok_insufficient_funds", Ct);
        var fare = passenger.Fare();

        await fleet.Publish(fare, Ct);

        var payment = await fleet.PaymentBecomes(fare, "Owed", Ct);
        Assert.Equal(("insufficient-funds", 3), (payment.GetProperty("failureCode").GetString(), payment.GetProperty("attempts").GetArrayLength()));
        Assert.Equal(0, await fleet.ChargesFor(fare, Ct));
    }

    // NebengJek 7: whoever called could declare a ride paid.
    [Fact]
    public async Task Only_the_ride_s_driver_takes_cash_and_only_its_passenger_retries()
    {
        var passenger = await fleet.PassengerWithCash(Ct);
        var stranger = await fleet.PassengerWithCard("tok_ok", Ct);
        var fare = passenger.Fare();
        await fleet.Publish(fare, Ct);
        await fleet.PaymentBecomes(fare, "Pending", Ct);
        var cash = $"/v1/rides/{fare.RideId}/payment/cash-received";
        var retry = $"/v1/rides/{fare.RideId}/payment/retry";

        Assert.Equal(HttpStatusCode.Forbidden, (await passenger.Post(cash, null, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await fleet.Driver(Guid.CreateVersion7()).Post(cash, null, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.Post(retry, new { paymentMethodId = stranger.MethodId }, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await stranger.Get($"/v1/rides/{fare.RideId}/payment", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await passenger.Post(retry, new { paymentMethodId = stranger.MethodId }, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await fleet.Driver(fare.DriverId).Get($"/v1/rides/{fare.RideId}/payment", Ct)).StatusCode);
    }

    // A method is checked again when it is charged: the ride carries only its id.
    [Fact]
    public async Task Somebody_else_s_card_is_never_charged()
    {
        var victim = await fleet.PassengerWithCard("tok_ok", Ct);
        var thief = await fleet.PassengerWithCard("tok_ok", Ct);
        var fare = thief.Fare() with { Payment = new PaymentChoice(victim.MethodId, PaymentMethodKind.Card) };

        await fleet.Publish(fare, Ct);

        var payment = await fleet.PaymentBecomes(fare, "Owed", Ct);
        Assert.Equal("payment-method-removed", payment.GetProperty("failureCode").GetString());
        Assert.Equal(0, await fleet.ChargesFor(fare, Ct));
    }
}
