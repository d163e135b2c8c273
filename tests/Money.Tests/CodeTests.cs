using System.Net;
using System.Text.Json;
using Xunit;

namespace Tumpang.MoneyTests;

/// <summary>Codes that phones pay, in every book: what was the fare, what was paid once too often, and what went back.</summary>
public sealed class CodeTests(MoneyFleet fleet)
{
    [Fact]
    public async Task Two_phones_pay_one_code_and_every_book_has_the_fare_and_the_way_back_of_the_rest()
    {
        var ride = await Ride.ByCode(fleet);
        var url = await ride.Code();

        var phones = await fleet.WithoutPaymentLooking([ride], () => Task.WhenAll(Enumerable.Range(0, 4).Select(_ => fleet.PhonePays(url))));
        var surplus = phones.Count(phone => phone == HttpStatusCode.OK) - 1;
        await (await ride.Becomes("Settled")).SurplusBecomes("Succeeded", surplus);

        var page = await ride.Money(page => page.AddsUp() && TransfersOf(page).Count(kind => kind == "SurplusReturned") == surplus);
        Assert.True(surplus > 0, "No two phones were quick enough.");
        Assert.Equal(surplus, TransfersOf(page).Count(kind => kind == "SurplusReceived"));
        Assert.Equal(surplus, page.GetProperty("payment").GetProperty("surplus").GetArrayLength());
        Assert.Equal(Ride.Fare, page.GetProperty("payment").GetProperty("totals").GetProperty("heldMinorUnits").GetInt64());
        await fleet.BooksAgree();
    }

    // The order is void and what was paid late is still at the provider: it was never the fare's, and is not moved back twice.
    [Fact]
    public async Task A_ride_that_is_voided_leaves_what_was_paid_late_on_its_way_back()
    {
        var ride = await Ride.ByCode(fleet);
        var url = await ride.Code();
        await fleet.ScanSlowly(url);
        await fleet.ExecuteUnguarded("update sandbox.codes set expires_at = now() where url = @Url", new { Url = url });
        await ride.Becomes("Owed");
        await fleet.Arrives(url);
        await ride.SurplusBecomes("Failed", 1);
        await ride.Money(page => page.AddsUp() && TransfersOf(page).Contains("SurplusReceived"));

        await ride.Close("Void");

        var page = await ride.Money(page => page.AddsUp() && TransfersOf(page).Contains("Void"));
        Assert.Equal(Ride.Fare, page.GetProperty("payment").GetProperty("totals").GetProperty("heldMinorUnits").GetInt64());
        await fleet.BooksAgree();
    }

    // The payer's bank takes it before we have given it back: nothing is given twice, the fare stays paid, and every book says so.
    [Fact]
    public async Task What_the_payers_bank_takes_of_a_surplus_is_in_every_book_and_nobody_owes_it()
    {
        var ride = await Ride.ByCode(fleet);
        var url = await ride.Code();
        await fleet.ScanSlowly(url);
        await fleet.ExecuteUnguarded("update sandbox.codes set expires_at = now() where url = @Url", new { Url = url });
        await ride.Becomes("Owed");
        await fleet.Arrives(url);
        await ride.SurplusBecomes("Failed", 1);
        var chargeId = await fleet.One<Guid>(
            "select s.provider_charge_id::uuid from payment.surplus_payments s join payment.orders o on o.id = s.order_id where o.ride_id = @RideId",
            new { ride.RideId });

        await fleet.AtTheProvider(HttpMethod.Post, "/sandbox/payments/disputes", new { chargeId, outcome = "lost" });
        await ride.SurplusBecomes("TakenBack", 1);

        var page = await ride.Money(page => page.AddsUp() && TransfersOf(page).Contains("ChargebackLost"));
        Assert.Equal(0, page.SumOn("SurplusPayments"));
        Assert.Equal(0, page.SumOn("ChargebackLosses"));
        await fleet.BooksAgree();
    }

    static List<string?> TransfersOf(JsonElement page) =>
        [.. page.GetProperty("transfers").EnumerateArray().Select(transfer => transfer.GetProperty("kind").GetString())];
}
