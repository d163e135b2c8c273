using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>Each side's own receipt of a ride, in three forms, through all that may happen to a fare. Fares of 8.00 dollars and 9 657 rupiah.</summary>
public sealed class ReceiptTests(BillingFleet fleet)
{
    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_passenger_sees_the_whole_fare_and_the_driver_what_was_earned()
    {
        var ride = await fleet.Finished(Ride.InNewYork());
        await fleet.Deliver(ride.Paid(new(800, "USD")));

        var (passenger, driver) = (await Read(ride, ride.PassengerId), await Read(ride, ride.DriverId));

        Assert.Equal(["base 250", "meter 500", "mta-tax 50"], LinesOf(passenger));
        Assert.Equal((800, 800, 50, 0), (Amount(passenger, "total"), Amount(passenger, "result"), Amount(passenger, "tax"), Amount(passenger, "left")));
        Assert.Equal(["Payment -800"], MovementsOf(passenger));
        Assert.Equal(("Card", "Settled", "nyc-taxi"), (Text(passenger, "paidWith"), Text(passenger, "settlement"), Text(passenger.GetProperty("policy"), "name")));
        Assert.Equal(["fare 800", "tax -50", "commission -75"], LinesOf(driver));
        Assert.Equal((675, 675, 675), (Amount(driver, "total"), Amount(driver, "result"), Amount(driver, "left")));
        Assert.Empty(MovementsOf(driver));
    }

    /// <summary>What was made out stays as it was; what came after is added, and the sums say what that leaves.</summary>
    [Fact]
    public async Task A_fare_that_is_lowered_shows_the_original_the_adjustment_and_the_result()
    {
        var ride = await fleet.Finished(Ride.InNewYork());
        await fleet.Deliver(ride.Paid(new(800, "USD")));
        var before = await Read(ride, ride.PassengerId);
        await Adjust(ride, 400);
        var refunding = await Read(ride, ride.PassengerId);
        await fleet.Deliver(ride.Refunded(new(400, "USD")));

        var (after, driver) = (await Read(ride, ride.PassengerId), await Read(ride, ride.DriverId));

        Assert.Equal(LinesOf(before), LinesOf(after));
        Assert.Equal((800, 400, 25, 0), (Amount(after, "total"), Amount(after, "result"), Amount(after, "tax"), Amount(after, "left")));
        Assert.Equal(["Adjustment -400"], Of(after, "adjustments"));
        Assert.Equal(["Payment -800"], MovementsOf(refunding));
        Assert.Equal(-400, Amount(refunding, "left"));
        Assert.Equal(["Payment -800", "Refund 400"], MovementsOf(after).Order());
        Assert.Equal(["Adjustment -338"], Of(driver, "adjustments"));
        Assert.Equal((675, 337), (Amount(driver, "total"), Amount(driver, "result")));
    }

    [Fact]
    public async Task An_operator_reads_either_side_s_receipt_as_that_side_has_it()
    {
        var ride = await fleet.Finished(Ride.InNewYork());
        await fleet.Deliver(ride.Paid(new(800, "USD")));
        foreach (var (side, user) in new[] { ("passenger", ride.PassengerId), ("driver", ride.DriverId) })
        {
            var path = $"/v1/ops/rides/{ride.RideId}/receipts/{side}";
            using var answer = await fleet.Send(fleet.OperatorRequest(HttpMethod.Get, path, null));

            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.True(JsonElement.DeepEquals(await Read(ride, user), await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)));
            Assert.Equal(HttpStatusCode.Forbidden, (await Get(path, user)).StatusCode);
        }

        using var neither = await fleet.Send(fleet.OperatorRequest(HttpMethod.Get, $"/v1/ops/rides/{ride.RideId}/receipts/ours", null));
        Assert.Equal(HttpStatusCode.NotFound, neither.StatusCode);
    }

    [Fact]
    public async Task A_credit_that_was_set_off_is_a_line_and_cash_is_on_the_driver_s_balance()
    {
        var first = await fleet.Finished(Ride.InJakarta());
        await fleet.Deliver(first.Paid(new(965_700, "IDR")));
        await Adjust(first, 65_700);
        var next = await fleet.Finished(new Ride("jakarta", PaymentMethodKind.Cash) { PassengerId = first.PassengerId });
        await fleet.Deliver(next.Paid(new(900_000, "IDR")));

        var (lowered, passenger, driver) = (await Read(first, first.PassengerId), await Read(next, next.PassengerId), await Read(next, next.DriverId));

        Assert.Equal(["CreditArisen 65700", "Payment -965700"], MovementsOf(lowered).Order());
        Assert.Equal(["CreditUsed -65700", "Payment -900000"], MovementsOf(passenger).Order());
        Assert.Equal(["Payment -900000"], MovementsOf(driver));
        Assert.Equal((0, 0, 17_415), (Amount(lowered, "left"), Amount(passenger, "left"), Amount(driver, "left")));
        Assert.Equal(["Cash that you received, 19 Nov 2013, 02:13", "-Rp 9.000"], PdfLineAfter(await Pdf(next, next.DriverId), "Cash that"));
    }

    [Fact]
    public async Task Page_and_pdf_say_the_same_in_the_city_s_time_and_money()
    {
        var ride = await fleet.Finished(Ride.InNewYork());
        await fleet.Deliver(ride.Paid(new(800, "USD")));
        await Adjust(ride, 400);

        var (html, pdf) = (await (await Get($"{Path(ride)}.html", ride.PassengerId)).Content.ReadAsStringAsync(Stop), await Pdf(ride, ride.PassengerId));

        string[] said =
        [
            "New York, Standard", "18 Nov 2013, 14:00 to 18 Nov 2013, 14:12", "3.2 km, 12 min", "Base fare", "$2.50", "MTA tax", "$8.00", "-$4.00",
            "Total after adjustments", "Paid: card, 18 Nov 2013, 14:13", "-$8.00", "On its way back to you", "$4.00",
            $"Tariff nyc-taxi, version 1. Fare {Text(await Read(ride, ride.PassengerId), "fareId")}.",
        ];
        Assert.All(said, text => Assert.Contains(text, html, StringComparison.Ordinal));
        Assert.All(said, text => Assert.Contains(text, pdf));
    }

    [Theory]
    [InlineData(null, "application/json")]
    [InlineData("*/*", "application/json")]
    [InlineData("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", "text/html")]
    [InlineData("application/pdf, application/json;q=0.1", "application/pdf")]
    [InlineData("application/json;q=0, text/*;q=0.3", "text/html")]
    [InlineData("image/png", null)]
    public async Task The_caller_says_which_form_it_takes(string? accept, string? expected)
    {
        var ride = await fleet.Finished(Ride.InNewYork());

        var answer = await Get(Path(ride), ride.PassengerId, accept);

        Assert.Equal(expected is null ? HttpStatusCode.NotAcceptable : HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(expected ?? "application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(["Accept"], answer.Headers.Vary);
    }

    [Theory]
    [InlineData("")]
    [InlineData(".html")]
    [InlineData(".pdf")]
    public async Task It_is_its_two_sides_own_and_there_is_none_before_the_fare(string form)
    {
        var (ride, running) = (await fleet.Finished(Ride.InNewYork()), Ride.InNewYork());
        await fleet.Deliver(running.Requested(fleet.Tokens), running.Created());

        var (stranger, early) = (await Get(Path(ride) + form, Guid.CreateVersion7()), await Get(Path(running) + form, running.PassengerId));

        Assert.Equal((HttpStatusCode.NotFound, "not-found"), (stranger.StatusCode, await CodeOf(stranger)));
        Assert.Equal((HttpStatusCode.NotFound, "fare-not-final"), (early.StatusCode, await CodeOf(early)));
    }

    [Fact]
    public async Task A_ride_given_away_and_a_cancellation_have_receipts()
    {
        var (free, cancelled) = (Ride.InNewYork(), Ride.InNewYork());
        await fleet.Deliver(free.Requested(fleet.Tokens), free.Created(), free.Completed(factor: 0), free.Tracked());
        await fleet.Deliver(cancelled.Requested(fleet.Tokens), cancelled.Created(), cancelled.Cancelled(Party.Passenger, 600));
        await Task.WhenAll(fleet.FareOf(free), fleet.FareOf(cancelled));

        var (nothing, fee) = (await Read(free, free.PassengerId), await Read(cancelled, cancelled.PassengerId));

        Assert.Equal((0, 0), (Amount(nothing, "total"), Amount(nothing, "left")));
        Assert.Equal(("Cancellation", 500, 500), (Text(fee, "kind"), Amount(fee, "total"), Amount(fee, "left")));
        Assert.Contains("Cancelled ride", await Pdf(cancelled, cancelled.PassengerId));
        Assert.Contains("$0.00", await Pdf(free, free.PassengerId));
    }

    static string Path(Ride ride) => $"/v1/rides/{ride.RideId}/receipt";

    async Task<HttpResponseMessage> Get(string path, Guid user, string? accept = null)
    {
        using var request = fleet.Request(HttpMethod.Get, path, user);
        if (accept is not null) request.Headers.TryAddWithoutValidation("Accept", accept);
        return await fleet.Send(request);
    }

    async Task<JsonElement> Read(Ride ride, Guid user)
    {
        var answer = await Get(Path(ride), user);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
    }

    async Task<List<string>> Pdf(Ride ride, Guid user)
    {
        var answer = await Get(Path(ride) + ".pdf", user);
        Assert.Equal("application/pdf", answer.Content.Headers.ContentType!.MediaType);
        return [.. PdfText.Pages(await answer.Content.ReadAsByteArrayAsync(Stop)).SelectMany(page => page)];
    }

    static string[] PdfLineAfter(List<string> pdf, string begin) => [.. pdf.SkipWhile(text => !text.StartsWith(begin, StringComparison.Ordinal)).Take(2)];

    async Task Adjust(Ride ride, long minorUnits)
    {
        using var request = fleet.OperatorRequest(
            HttpMethod.Post, $"/v1/ops/rides/{ride.RideId}/adjustments", new { amountMinorUnits = minorUnits, reason = "the driver took a detour" });
        Assert.Equal(HttpStatusCode.Created, (await fleet.Send(request)).StatusCode);
    }

    static List<string> LinesOf(JsonElement receipt) =>
        [.. receipt.GetProperty("lines").EnumerateArray().Select(line => $"{Text(line, "code")} {Amount(line, "amount")}")];

    static List<string> MovementsOf(JsonElement receipt) => Of(receipt, "movements");

    static List<string> Of(JsonElement receipt, string name) =>
        [.. receipt.GetProperty(name).EnumerateArray().Select(each => $"{Text(each, "kind")} {Amount(each, "amount")}")];

    static long Amount(JsonElement receipt, string name) => receipt.GetProperty(name).GetProperty("minorUnits").GetInt64();

    static string? Text(JsonElement receipt, string name) => receipt.GetProperty(name).GetString();

    static async Task<string?> CodeOf(HttpResponseMessage answer) => Text(await answer.Content.ReadFromJsonAsync<JsonElement>(Stop), "code");
}
