using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>Cash held by the driver: what of it is not theirs is on an account of its own until a payout sets it off, and counts against the balance.</summary>
[Collection("Payouts")]
public sealed class HeldCashTests(BillingFleet fleet)
{
    /// <summary>A ride in New York is 8.00: 6.75 the driver's, 1.25 commission and tax.</summary>
    const long Fare = 800, Earned = 675, NotTheirs = Fare - Earned;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_counts_against_the_balance_is_set_off_by_the_payout_and_stays_so_when_that_comes_back()
    {
        var driver = await Driver(cashRides: 2, cardRides: 2);
        var before = await Read("/v1/me/earnings", driver);

        var payout = await RequestPayout(driver);

        const long balance = (2 * Earned) - (2 * NotTheirs);
        Assert.Equal((balance, 2 * NotTheirs), (Only(before, "balances"), Only(before, "cashHeld")));
        Assert.Equal([-Fare, Earned, -Fare, Earned, Earned, Earned], Movements(before));
        Assert.Equal(HttpStatusCode.Accepted, payout.StatusCode);
        var due = Assert.Single(await fleet.Told(driver));
        Assert.Equal(balance - 50, due.Amount.MinorUnits);
        Assert.Equal((0, 0), await OnAccounts(driver));
        var after = await Read("/v1/me/earnings", driver);
        Assert.Equal((0, 0), (Only(after, "balances"), after.GetProperty("cashHeld").GetArrayLength()));
        await fleet.Deliver(new PayoutFailed(due.PayoutId, due.DriverId, due.Amount, "account-closed") { OccurredAt = DateTimeOffset.UtcNow, Version = 2 });
        Assert.Equal((-balance, 0), await OnAccounts(driver));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    [Fact]
    public async Task Who_drives_for_cash_alone_owes_commission_and_tax_and_is_not_paid_out()
    {
        var driver = await Driver(cashRides: 3, cardRides: 0);

        var refused = await RequestPayout(driver);

        Assert.Equal((0, 3 * NotTheirs), await OnAccounts(driver));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        var week = await Read($"/v1/me/statements?period=week&on={Today().AddDays(7):yyyy-MM-dd}&currency=USD", driver);
        Assert.Equal((-3 * NotTheirs, 3 * NotTheirs), (Minor(week.GetProperty("closing")), Minor(week.GetProperty("cashHeld"))));
    }

    // The driver keeps no more than the fare still gives them when the cash changes hands.
    [Fact]
    public async Task Of_a_lowered_fare_the_driver_keeps_what_is_left_of_their_earning()
    {
        var ride = await fleet.Finished(new Ride("nyc", PaymentMethodKind.Cash));
        using var request = fleet.OperatorRequest(HttpMethod.Post, $"/v1/ops/rides/{ride.RideId}/adjustments", new { amountMinorUnits = 400, reason = "A detour." });
        using var lowered = await fleet.Send(request);
        Assert.Equal(HttpStatusCode.Created, lowered.StatusCode);

        await fleet.Deliver(ride.Paid(new(400, "USD")));

        // Of 8.00 half is left: 0.63 of commission and tax, 3.37 of the driver's.
        Assert.Equal((0, 63), await OnAccounts(ride.DriverId));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    // Payouts and cash take the two accounts in one order, and every order of events ends with the same books.
    [Fact]
    public async Task Cash_and_payouts_at_once_lose_nothing()
    {
        var driver = await Driver(cashRides: 0, cardRides: 8);
        var rides = new List<Ride>();
        for (var ride = 0; ride < 12; ride++) rides.Add(await fleet.Finished(new Ride("nyc", PaymentMethodKind.Cash) { DriverId = driver }));

        var payouts = Task.WhenAll(Enumerable.Range(0, 12).Select(_ => RequestPayout(driver)));
        await fleet.DeliverAtOnce([.. rides.Select(ride => ride.Paid(new(Fare, "USD")))]);
        var taken = (await payouts).Count(answer => answer.StatusCode == HttpStatusCode.Accepted);

        Assert.Equal(1, taken);
        var paidOut = (await fleet.Told(driver)).Sum(due => due.Amount.MinorUnits + 50);
        var (payable, held) = await OnAccounts(driver);
        Assert.Equal((8 * Earned) - (12 * NotTheirs), -payable - held + paidOut);
        Assert.True(held >= 0);
        Assert.Empty(await fleet.BrokenInvariants());
    }

    [Fact]
    public async Task Nobody_holds_less_than_no_cash()
    {
        var driver = await Driver(cashRides: 1, cardRides: 0);

        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => fleet.ExecuteAsOwner(
            $"update billing.ledger_accounts set balance_minor_units = -1 where kind = 'HeldCash' and party_id = '{driver}'"));

        Assert.Equal("ledger_accounts_cash_is_never_negative", refused.ConstraintName);
    }

    async Task<Guid> Driver(int cashRides, int cardRides)
    {
        var driver = Guid.CreateVersion7();
        for (var ride = 0; ride < cardRides; ride++) await fleet.Finished(Ride.InNewYork() with { DriverId = driver });
        for (var ride = 0; ride < cashRides; ride++)
        {
            await fleet.Deliver((await fleet.Finished(new Ride("nyc", PaymentMethodKind.Cash) { DriverId = driver })).Paid(new(Fare, "USD")));
        }

        await fleet.Deliver(new PayoutAccountChanged(driver, true) { OccurredAt = DateTimeOffset.UtcNow, Version = 2 });
        return driver;
    }

    /// <summary>Debits positive: what we owe the driver, and what they hold for us.</summary>
    async Task<(long Payable, long Held)> OnAccounts(Guid driver) => (await fleet.Balance("DriverPayable", driver), await fleet.Balance("HeldCash", driver));

    async Task<HttpResponseMessage> RequestPayout(Guid driver)
    {
        using var request = fleet.Request(HttpMethod.Post, "/v1/me/payouts", driver);
        request.Content = JsonContent.Create(new { currency = "USD" });
        return await fleet.Send(request);
    }

    async Task<JsonElement> Read(string path, Guid driver)
    {
        using var request = fleet.Request(HttpMethod.Get, path, driver);
        using var answer = (await fleet.Send(request)).EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
    }

    static IEnumerable<long> Movements(JsonElement earnings) => earnings.GetProperty("entries").EnumerateArray().Select(entry => Minor(entry.GetProperty("amount")));

    static long Only(JsonElement earnings, string amounts) => Minor(Assert.Single(earnings.GetProperty(amounts).EnumerateArray()));

    static long Minor(JsonElement money) => money.GetProperty("minorUnits").GetInt64();

    static DateOnly Today() =>
        DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(DateTimeOffset.UtcNow, TimeZoneInfo.FindSystemTimeZoneById("America/New_York")).DateTime);
}
