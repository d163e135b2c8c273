using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace Tumpang.MoneyTests;

/// <summary>Every ride's money can be followed from quote to payout on one page, which says at its end whether it adds up.</summary>
public sealed class MoneyOfARideTests(MoneyFleet fleet)
{
    const long Tip = 200;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_ride_with_a_tip_an_adjustment_a_refund_and_a_payout_is_followed_to_its_end()
    {
        var ride = await (await Ride.PaidBy(fleet, "tok_ok", Tip)).Becomes("Settled");
        await ride.LowerBy(300);
        await ride.Money(page => TransfersOf(page).Contains("Refund"));
        await ride.PayDriver();

        var page = await ride.Money(page => page.AddsUp());

        Assert.Equal(["Fare", "Payment", "Adjustment", "Refund"], TransfersOf(page));
        Assert.Equal(1_200, Minor(page.GetProperty("quote").GetProperty("fare")));
        Assert.Equal((1, "nyc-taxi"), (PolicyOf(page).GetProperty("version").GetInt32(), PolicyOf(page).GetProperty("name").GetString()));
        var fare = page.GetProperty("fare");
        Assert.Equal((Ride.Fare + Tip, 300, Tip), (Minor(fare.GetProperty("total")), Minor(fare.GetProperty("adjusted")), Minor(page.GetProperty("tip"))));
        Assert.Single(page.GetProperty("adjustments").EnumerateArray());
        Assert.Equal(700, page.SumOn("ProviderClearing"));
        Assert.Equal(DayInNewYork(fare.GetProperty("finalisedAt").GetDateTimeOffset()), page.GetProperty("statement").GetProperty("day").GetString());
        Assert.All(page.GetProperty("checks").EnumerateArray(), check => Assert.True(check.GetProperty("holds").GetBoolean(), check.ToString()));

        var payment = page.GetProperty("payment");
        var attempt = Assert.Single(payment.GetProperty("attempts").EnumerateArray());
        var refund = Assert.Single(payment.GetProperty("refunds").EnumerateArray());
        Assert.Equal(attempt.GetProperty("providerReference").GetString(), await ReferenceOf("charges", attempt.GetProperty("attemptId")));
        Assert.Equal(refund.GetProperty("providerReference").GetString(), await ReferenceOf("refunds", refund.GetProperty("refundId")));

        var payout = Assert.Single(page.GetProperty("payouts").EnumerateArray());
        var moved = Assert.Single(payment.GetProperty("payouts").EnumerateArray());
        Assert.Equal(["PayoutReserved", "PayoutSent"], TransfersOf(payout));
        Assert.Equal(moved.GetProperty("providerReference").GetString(), await ReferenceOf("transfers", payout.GetProperty("payoutId")));
        await fleet.BooksAgree();
    }

    [Fact]
    public async Task An_adjustment_after_the_payout_is_on_the_balance_and_not_in_that_payout()
    {
        var ride = await (await Ride.PaidBy(fleet, "tok_ok")).Becomes("Settled");
        await ride.PayDriver();
        await ride.LowerBy(100);

        var page = await ride.Money(page => page.AddsUp() && TransfersOf(page).Contains("Refund"));

        Assert.Single(page.GetProperty("payouts").EnumerateArray());
        Assert.True(page.SumOn("DriverPayable") > -675);
    }

    // Beside the fare: commission, tax and what the passenger owes are as they were, and the payout has it.
    [Fact]
    public async Task A_tip_after_the_ride_is_the_drivers_and_in_the_next_payout()
    {
        var ride = await (await Ride.PaidBy(fleet, "tok_ok")).Becomes("Settled");
        await ride.Tip(Tip);
        await ride.Money(page => TransfersOf(page).Contains("Tip"));
        await ride.PayDriver();

        var page = await ride.Money(page => page.AddsUp());

        Assert.Equal(["Fare", "Payment", "Tip"], TransfersOf(page));
        Assert.Equal((-675 - Tip, Ride.Fare + Tip, 0), (page.SumOn("DriverPayable"), page.SumOn("ProviderClearing"), page.SumOn("PassengerReceivable")));
        var payout = Assert.Single(page.GetProperty("payouts").EnumerateArray());
        Assert.Equal(675 + Tip, Minor(payout.GetProperty("amount")) + Minor(payout.GetProperty("fee")));
        Assert.Equal("Succeeded", Assert.Single(page.GetProperty("payment").GetProperty("tips").EnumerateArray()).GetProperty("status").GetString());
        var receipt = await ride.Receipt();
        Assert.Equal((Ride.Fare, Tip, 0), (Minor(receipt.GetProperty("total")), Minor(receipt.GetProperty("givenAfterwards")), Minor(receipt.GetProperty("left"))));
        await fleet.BooksAgree();
    }

    // The fare left with the first payout and the tip with the second; then the first came back, and the fare left with the third.
    [Fact]
    public async Task What_a_bank_sent_back_is_in_the_payout_after_its_return()
    {
        var ride = await (await Ride.PaidBy(fleet, "tok_ok")).Becomes("Settled");
        await ride.PayDriver();
        await ride.Tip(Tip);
        await ride.Money(page => TransfersOf(page).Contains("Tip"));
        await ride.PayDriverAgain();
        var (first, second) = (IdOf((await ride.Payouts())[1]), IdOf((await ride.Payouts())[0]));

        await SendBack(first);
        await ride.IsReturned(first);
        var meanwhile = await ride.Money(page => page.AddsUp() && PayoutsOf(page).Count == 1);
        await ride.PayDriverAgain();
        var page = await ride.Money(page => page.AddsUp() && PayoutsOf(page).Count == 2);

        var payouts = await ride.Payouts();
        Assert.Equal([second], PayoutsOf(meanwhile));
        Assert.Equal([second, IdOf(payouts[0])], PayoutsOf(page));
        Assert.Equal(["Sent", "Sent", "Returned"], payouts.Select(payout => payout.GetProperty("status").GetString()));
        Assert.Equal("account-closed", payouts[2].GetProperty("failureCode").GetString());
        // The fee of the first is back with it, and is paid once.
        Assert.Equal(675, Minor(payouts[0].GetProperty("amount")) + Minor(payouts[0].GetProperty("fee")));
        var day = DayInNewYork(payouts[2].GetProperty("returnedAt").GetDateTimeOffset());
        using var statement = await fleet.AsDriver(ride.DriverId, HttpMethod.Get, "billing", $"/v1/me/statements?period=day&on={day}&currency=USD");
        var lines = (await statement.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("lines").EnumerateArray();
        Assert.Equal(675, Minor(Assert.Single(lines, line => line.GetProperty("kind").GetString() == "PayoutReturned").GetProperty("amount")));
        await fleet.BooksAgree();
    }

    public static TheoryData<string, string, string> Ends => new()
    {
        { "tok_declined", "Owed", "" },
        { "tok_declined", "WrittenOff", "WriteOff" },
        { "tok_declined", "Void", "Void" },
        { "tok_timeout", "Settled", "" },
        { "tok_pending", "Settled", "" },
        { "cash", "Settled", "" },
        { "free", "Settled", "" },
    };

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task Whatever_becomes_of_a_ride_its_money_adds_up(string method, string end, string closing)
    {
        var ride = method switch
        {
            "cash" => await Ride.InCash(fleet),
            "free" => await Ride.PaidBy(fleet, "tok_ok", factor: 0),
            _ => await Ride.PaidBy(fleet, method),
        };
        if (method == "cash") await ride.TakeCash();
        if (closing.Length > 0) await (await ride.Becomes("Owed")).Close(closing);

        var page = await ride.Money(page => page.AddsUp() && page.GetProperty("fare").GetProperty("settlement").GetString() == end);

        Assert.Equal(end, page.GetProperty("payment").GetProperty("order").GetProperty("status").GetString());
        await fleet.BooksAgree();
    }

    [Fact]
    public async Task While_payment_is_away_the_page_says_so_and_claims_nothing()
    {
        var ride = await (await Ride.PaidBy(fleet, "tok_ok")).Becomes("Settled");

        var page = await fleet.WithPaymentAway(billing => billing.GetFromJsonAsync<JsonElement>($"/v1/ops/rides/{ride.RideId}/money", Ct));

        Assert.Equal("Unknown", page.GetProperty("verdict").GetString());
        Assert.False(page.GetProperty("paymentAvailable").GetBoolean());
        Assert.False(page.TryGetProperty("payment", out _));
        Assert.Equal(["Fare", "Payment"], TransfersOf(page));
    }

    // What payment has is not what the ledger says: an amount changed behind everybody's back.
    [Fact]
    public async Task Money_that_does_not_add_up_is_named()
    {
        var ride = await (await Ride.PaidBy(fleet, "tok_ok")).Becomes("Settled");
        await ride.Money(page => page.AddsUp());
        const string raise = """
            update payment.attempts set amount_minor_units = amount_minor_units + @By where order_id = (select id from payment.orders where ride_id = @RideId)
            """;

        await fleet.ExecuteUnguarded(raise, new { ride.RideId, By = 1 });
        var page = await ride.Money();
        await fleet.ExecuteUnguarded(raise, new { ride.RideId, By = -1 });

        Assert.Equal("DoesNotAddUp", page.GetProperty("verdict").GetString());
        Assert.Equal(
            ["received", "held-by-the-provider"],
            page.GetProperty("checks").EnumerateArray().Where(check => !check.GetProperty("holds").GetBoolean())
                .Select(check => check.GetProperty("code").GetString()));
        Assert.True((await ride.Money()).AddsUp());
    }

    [Fact]
    public async Task People_read_the_same_page_as_html_and_only_operators_read_it()
    {
        var ride = await (await Ride.PaidBy(fleet, "tok_ok")).Becomes("Settled");
        await ride.Money(page => page.AddsUp());
        var path = $"/v1/ops/rides/{ride.RideId}/money";

        using var html = await fleet.AsOperator(HttpMethod.Get, "billing", path, accept: "text/html");
        using var passenger = await fleet.AsPassenger(ride.PassengerId, HttpMethod.Get, "billing", path);
        using var unknown = await fleet.AsOperator(HttpMethod.Get, "billing", $"/v1/ops/rides/{Guid.CreateVersion7()}/money");
        using var outsider = await fleet.AsOperator(HttpMethod.Get, "payment", $"/internal/rides/{ride.RideId}/money");

        Assert.Equal("text/html", html.Content.Headers.ContentType!.MediaType);
        Assert.Contains("<h1>AddsUp</h1>", await html.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        Assert.Equal(
            (HttpStatusCode.Forbidden, HttpStatusCode.NotFound, HttpStatusCode.Unauthorized), (passenger.StatusCode, unknown.StatusCode, outsider.StatusCode));
    }

    /// <summary>The driver's bank has closed the account.</summary>
    async Task SendBack(Guid payoutId)
    {
        var transfer = await fleet.AtTheProvider(HttpMethod.Get, $"/sandbox/payments/transfers?idempotencyKey={payoutId}");
        await fleet.AtTheProvider(HttpMethod.Post, $"/sandbox/payments/transfers/{transfer.GetProperty("transferId").GetString()}/return", new { });
    }

    static Guid IdOf(JsonElement payout) => payout.GetProperty("payoutId").GetGuid();

    static List<Guid> PayoutsOf(JsonElement page) => [.. page.GetProperty("payouts").EnumerateArray().Select(IdOf)];

    static IEnumerable<string?> TransfersOf(JsonElement part) =>
        part.GetProperty("transfers").EnumerateArray().Select(transfer => transfer.GetProperty("kind").GetString());

    static JsonElement PolicyOf(JsonElement page) => page.GetProperty("fare").GetProperty("policy");

    static string DayInNewYork(DateTimeOffset at) =>
        TimeZoneInfo.ConvertTime(at, TimeZoneInfo.FindSystemTimeZoneById("America/New_York")).ToString("yyyy-MM-dd");

    static long Minor(JsonElement money) => money.GetProperty("minorUnits").GetInt64();

    /// <summary>The provider's own name of what it did under that key.</summary>
    async Task<string?> ReferenceOf(string kind, JsonElement key)
    {
        var view = await fleet.AtTheProvider(HttpMethod.Get, $"/sandbox/payments/{kind}?idempotencyKey={key.GetString()}");
        return view.GetProperty($"{kind[..^1]}Id").GetString();
    }
}
