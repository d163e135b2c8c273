using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Payments.Tests;

/// <summary>Operators give orders up: with a reason, above a limit by two, and never while a card is being charged.</summary>
public sealed class ClosureTests(PaymentFleet fleet)
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    // NebengJek 19: what was refused was stuck for ever. Here it is paid, or given up.
    [Fact]
    public async Task What_is_owed_can_be_written_off_once()
    {
        var (passenger, fare) = await Owed(1_250);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Close(fare, "WriteOff")));

        Assert.Equal(1, answers.Count(answer => answer.StatusCode == HttpStatusCode.Created));
        Assert.Equal(9, answers.Count(answer => answer.StatusCode == HttpStatusCode.Conflict));
        await fleet.PaymentBecomes(fare, "WrittenOff", Ct);
        Assert.Equal(["PaymentFailed", "PaymentWrittenOff"], await fleet.EventsOf(fare, Ct));
        Assert.Equal(HttpStatusCode.Conflict, (await passenger.Post($"/v1/rides/{fare.RideId}/payment/retry", new { paymentMethodId = passenger.MethodId }, Ct)).StatusCode);
    }

    // NebengJek 15: two decisions at once both passed the check.
    [Fact]
    public async Task Giving_up_and_paying_at_once_leave_one_truth()
    {
        foreach (var _ in Enumerable.Range(0, 5))
        {
            var (passenger, fare) = await Owed(1_250);
            var card = await passenger.AddCard("tok_ok", Ct);

            await Task.WhenAll(Enumerable.Range(0, 10).Select(turn => turn % 2 == 0
                ? Close(fare, "Void")
                : passenger.Post($"/v1/rides/{fare.RideId}/payment/retry", new { paymentMethodId = card }, Ct)));

            await PaymentFleet.Until(async () => await fleet.EventsOf(fare, Ct) is [_, "PaymentSucceeded" or "PaymentVoided"], Ct);
            var paid = (await fleet.EventsOf(fare, Ct))[1] == "PaymentSucceeded";
            await fleet.PaymentBecomes(fare, paid ? "Settled" : "Void", Ct);
            Assert.Equal(paid ? 1 : 0, await fleet.ChargesFor(fare, Ct));
        }
    }

    [Fact]
    public async Task Above_the_limit_a_second_operator_decides()
    {
        var (_, fare) = await Owed(6_000);
        var (first, second) = (fleet.Operator(), fleet.Operator());
        var closures = $"/v1/ops/rides/{fare.RideId}/payment/closures";

        using var proposed = await first.Post(closures, new { kind = "WriteOff", reason = "card stolen" }, Ct);
        var closure = await proposed.Content.ReadFromJsonAsync<JsonElement>(Ct);
        var approve = $"{closures}/{closure.GetProperty("closureId").GetGuid()}/approve";
        var again = await first.Post(closures, new { kind = "WriteOff", reason = "card stolen" }, Ct);
        var alone = await first.Post(approve, null, Ct);
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => second.Post(approve, null, Ct)));

        Assert.Equal("Proposed", closure.GetProperty("status").GetString());
        Assert.Equal("closure-proposed", await CodeOf(again));
        Assert.Equal((HttpStatusCode.Forbidden, "second-operator-required"), (alone.StatusCode, await CodeOf(alone)));
        Assert.Equal(1, answers.Count(answer => answer.StatusCode == HttpStatusCode.OK));
        await fleet.PaymentBecomes(fare, "WrittenOff", Ct);
        Assert.Equal(["PaymentFailed", "PaymentWrittenOff"], await fleet.EventsOf(fare, Ct));
        using var seen = await second.Get($"/v1/ops/rides/{fare.RideId}/payment", Ct);
        var page = await seen.Content.ReadFromJsonAsync<JsonElement>(Ct);
        Assert.Equal("card stolen", page.GetProperty("closures")[0].GetProperty("reason").GetString());
    }

    [Fact]
    public async Task A_sum_does_not_get_past_the_limit_by_an_adjustment_and_a_write_off()
    {
        var (_, fare) = await Owed(6_000);
        await fleet.Publish(fare.LoweredBy(3_000), Ct);
        await PaymentFleet.Until(async () => await fleet.One<long>(Adjusted, new { fare.RideId }, Ct) == 3_000, Ct);

        Assert.Equal("Proposed", await StatusOf(await Close(fare, "WriteOff")));
    }

    // The driver's earning is that of the whole fare.
    [Fact]
    public async Task Voiding_is_measured_by_the_fare_and_not_by_what_is_left_of_it()
    {
        var passenger = await fleet.PassengerWithCard("tok_declined", Ct);
        var fare = passenger.Fare(6_000) with { Total = new(3_000, "USD"), Promotion = new(3_000, "USD"), Credit = new(2_100, "USD") };
        await fleet.Publish(fare, Ct);
        await fleet.PaymentBecomes(fare, "Owed", Ct);

        var voided = await (await Close(fare, "Void")).Content.ReadFromJsonAsync<JsonElement>(Ct);

        Assert.Equal(("Proposed", 900), (voided.GetProperty("status").GetString(), voided.GetProperty("amount").GetProperty("minorUnits").GetInt64()));
    }

    [Fact]
    public async Task A_rejected_proposal_leaves_the_order_as_it_is()
    {
        var (_, fare) = await Owed(6_000);
        var closures = $"/v1/ops/rides/{fare.RideId}/payment/closures";
        using var proposed = await fleet.Operator().Post(closures, new { kind = "Void", reason = "wrong passenger" }, Ct);
        var id = (await proposed.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("closureId").GetGuid();

        var rejected = await fleet.Operator().Post($"{closures}/{id}/reject", null, Ct);

        Assert.Equal(HttpStatusCode.OK, rejected.StatusCode);
        Assert.Equal("closure-decided", await CodeOf(await fleet.Operator().Post($"{closures}/{id}/approve", null, Ct)));
        await fleet.PaymentBecomes(fare, "Owed", Ct);
    }

    [Fact]
    public async Task What_is_not_owed_or_not_explained_is_not_written_off_and_only_by_operators()
    {
        var passenger = await fleet.PassengerWithCash(Ct);
        var fare = passenger.Fare();
        await fleet.Publish(fare, Ct);
        await fleet.PaymentBecomes(fare, "Pending", Ct);
        var closures = $"/v1/ops/rides/{fare.RideId}/payment/closures";

        Assert.Equal("payment-not-owed", await CodeOf(await Close(fare, "WriteOff")));
        Assert.Equal("reason", await FieldOf(await fleet.Operator().Post(closures, new { kind = "Void" }, Ct)));
        Assert.Equal(HttpStatusCode.BadRequest, (await fleet.Operator().Post(closures, new { kind = "Sell", reason = "why not" }, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await passenger.Post(closures, new { kind = "Void", reason = "too dear" }, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await fleet.Operator().Post($"/v1/ops/rides/{Guid.NewGuid()}/payment/closures", new { kind = "Void", reason = "x" }, Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.Created, (await Close(fare, "Void")).StatusCode);
        Assert.Equal(["PaymentVoided"], await fleet.EventsOf(fare, Ct));
    }

    async Task<(Person Passenger, FareFinalised Fare)> Owed(long minorUnits)
    {
        var passenger = await fleet.PassengerWithCard("tok_declined", Ct);
        var fare = passenger.Fare(minorUnits);
        await fleet.Publish(fare, Ct);
        await fleet.PaymentBecomes(fare, "Owed", Ct);
        return (passenger, fare);
    }

    Task<HttpResponseMessage> Close(FareFinalised fare, string kind) =>
        fleet.Operator().Post($"/v1/ops/rides/{fare.RideId}/payment/closures", new { kind, reason = "the passenger's card was stolen" }, Ct);

    const string Adjusted = "select adjusted_minor_units from payment.orders where ride_id = @RideId";

    static async Task<string?> StatusOf(HttpResponseMessage answer) => (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("status").GetString();

    static async Task<string?> CodeOf(HttpResponseMessage answer) => (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("code").GetString();

    static async Task<string?> FieldOf(HttpResponseMessage answer) => (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("field").GetString();
}
