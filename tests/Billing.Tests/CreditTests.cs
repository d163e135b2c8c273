using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>What we owe passengers is set off against their next fares: all of it, once, whoever races. Fares of 9 657 rupiah.</summary>
public sealed class CreditTests(BillingFleet fleet)
{
    const long Whole = 965_700;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_credit_is_set_off_against_the_next_fare_and_the_rest_is_collected()
    {
        var passenger = await PassengerWithCredit(65_700);

        var (next, after) = (await Finished(passenger), await Finished(passenger));

        Assert.Equal([65_700L], await Told(next));
        Assert.Empty(await Told(after));
        Assert.Equal((Whole - 65_700, Whole), (await fleet.Posted("PassengerReceivable", next), await fleet.Posted("PassengerReceivable", after)));
        Assert.Equal((65_700, 0), (await fleet.Posted("PassengerCredit", next), await fleet.Balance("PassengerCredit", passenger)));
        Assert.Equal(65_700, (await Read($"/v1/rides/{next.RideId}/fare", passenger)).GetProperty("credited").GetProperty("minorUnits").GetInt64());
        Assert.Empty((await Read("/v1/me/debts", passenger)).GetProperty("credits").EnumerateArray());
        Assert.Empty(await fleet.BrokenInvariants());
    }

    [Fact]
    public async Task Several_credits_pay_a_whole_fare_and_what_is_left_of_them_waits()
    {
        var passenger = await PassengerWithCredit(900_000, 400_000);

        var (next, after) = (await Finished(passenger), await Finished(passenger));

        Assert.Equal([Whole], await Told(next));
        Assert.Equal([1_300_000 - Whole], await Told(after));
        Assert.Equal((0, 0), (await fleet.Posted("PassengerReceivable", next), await fleet.Balance("PassengerCredit", passenger)));
        await fleet.Deliver(next.Paid(Money.Zero("IDR")));
        Assert.Equal("Settled", (await fleet.FareOf(next)).Settlement);
        Assert.Empty(await fleet.BrokenInvariants());
    }

    /// <summary>Twelve fares become final at the same instant at two copies: the credit is enough for one of them and a part of another.</summary>
    [Fact]
    public async Task Of_many_fares_at_once_no_two_use_the_same_credit()
    {
        var passenger = await PassengerWithCredit(Whole, 100_000);
        var rides = Enumerable.Range(0, 12).Select(_ => RideOf(passenger)).ToList();
        await fleet.DeliverAtOnce([.. rides.SelectMany(ride => new Event[] { ride.Requested(fleet.Tokens), ride.Created(), ride.Completed() })]);

        await fleet.DeliverAtOnce([.. rides.SelectMany(ride => new Event[] { ride.Tracked(), ride.Tracked() })]);
        await Task.WhenAll(rides.Select(fleet.FareOf));

        var told = (await Task.WhenAll(rides.Select(Told))).SelectMany(credits => credits).Order().ToList();
        Assert.Equal([100_000L, Whole], told);
        Assert.Equal((0, 11 * Whole - 100_000), (await fleet.Balance("PassengerCredit", passenger), await Sum(rides, "PassengerReceivable")));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    [Fact]
    public async Task A_credit_in_another_currency_waits()
    {
        var passenger = await PassengerWithCredit(65_700);

        var ride = await fleet.Finished(new Ride("nyc", PaymentMethodKind.Card) { PassengerId = passenger });

        Assert.Empty(await Told(ride));
        Assert.Equal(-65_700, await fleet.Balance("PassengerCredit", passenger));
    }

    // 9 657.00, of which 9 000.00 are set off: 657.00 to be paid. Lowered to 7 657.00, nothing is, and 1 343.00 of the credit are free again.
    [Fact]
    public async Task A_fare_lowered_below_its_credit_gives_the_rest_of_it_back()
    {
        var passenger = await PassengerWithCredit(900_000);
        var ride = await Finished(passenger, PaymentMethodKind.Card);

        await Adjust(ride, 200_000);

        Assert.Equal((0, -134_300), (await fleet.Posted("PassengerReceivable", ride), await fleet.Balance("PassengerCredit", passenger)));
        var next = await Finished(passenger);
        Assert.Equal([134_300L], await Told(next));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    [Fact]
    public async Task A_fare_that_cash_and_a_credit_have_paid_gives_back_credit()
    {
        var passenger = await PassengerWithCredit(900_000);
        var ride = await Finished(passenger);
        await fleet.Deliver(ride.Paid(new(Whole - 900_000, "IDR")));

        await Adjust(ride, 200_000);

        Assert.Equal((0, -200_000), (await fleet.Posted("PassengerReceivable", ride), await fleet.Balance("PassengerCredit", passenger)));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    [Fact]
    public async Task Cash_that_was_taken_before_the_lowering_was_heard_of_is_a_credit()
    {
        var ride = await Finished(Guid.CreateVersion7());
        await Adjust(ride, 100_000);
        var paid = ride.Paid(new(Whole, "IDR"));

        await fleet.DeliverAtOnce([.. Enumerable.Range(0, 10).Select(_ => paid with { EventId = Guid.CreateVersion7() })]);

        Assert.Equal((0, -100_000), (await fleet.Posted("PassengerReceivable", ride), await fleet.Balance("PassengerCredit", ride.PassengerId)));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    [Fact]
    public async Task A_void_fare_gives_its_credit_back()
    {
        var passenger = await PassengerWithCredit(65_700);
        var ride = await Finished(passenger);
        var voided = ride.Voided(new(Whole - 65_700, "IDR"));

        await fleet.DeliverAtOnce([.. Enumerable.Range(0, 10).Select(_ => voided with { EventId = Guid.CreateVersion7() })]);

        Assert.Equal((0, -65_700), (await fleet.Posted("PassengerReceivable", ride), await fleet.Balance("PassengerCredit", passenger)));
        Assert.Equal([65_700L], await Told(await Finished(passenger)));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    /// <summary>Fares become final, are lowered and are void at once, all of one passenger: nobody waits in a circle, and all adds up.</summary>
    [Fact]
    public async Task Using_and_giving_back_at_once_add_up()
    {
        var passenger = await PassengerWithCredit(900_000);
        var (lowered, voided) = (await Finished(passenger, PaymentMethodKind.Card), await Finished(passenger));
        var rides = Enumerable.Range(0, 6).Select(_ => RideOf(passenger)).ToList();
        await fleet.DeliverAtOnce([.. rides.SelectMany(ride => new Event[] { ride.Requested(fleet.Tokens), ride.Created(), ride.Completed() })]);

        await Task.WhenAll(
            Adjust(lowered, 100_000), Adjust(lowered, 100_000), Adjust(lowered, 100_000), fleet.Deliver(voided.Voided(new(Whole, "IDR"))),
            fleet.DeliverAtOnce([.. rides.Select(ride => ride.Tracked())]));
        await Task.WhenAll(rides.Select(fleet.FareOf));

        var used = (await Task.WhenAll(rides.Select(Told))).SelectMany(credits => credits).Sum();
        Assert.Equal(300_000 - (Whole - 900_000), used - await fleet.Balance("PassengerCredit", passenger));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    /// <summary>Fares that are paid in cash, and lowered when all of them are: none of these uses the credit of another.</summary>
    async Task<Guid> PassengerWithCredit(params long[] credits)
    {
        var passenger = Guid.CreateVersion7();
        var rides = new List<Ride>();
        foreach (var _ in credits)
        {
            rides.Add(await Finished(passenger));
            await fleet.Deliver(rides[^1].Paid(new(Whole, "IDR")));
        }

        foreach (var (ride, minorUnits) in rides.Zip(credits)) await Adjust(ride, minorUnits);
        return passenger;
    }

    Task<Ride> Finished(Guid passenger, PaymentMethodKind paying = PaymentMethodKind.Cash) => fleet.Finished(RideOf(passenger, paying));

    static Ride RideOf(Guid passenger, PaymentMethodKind paying = PaymentMethodKind.Cash) => new("jakarta", paying) { PassengerId = passenger };

    async Task<List<long>> Told(Ride ride) =>
        [.. (await fleet.Published<FareFinalised>(ride)).Where(fare => fare.Credit is not null).Select(fare => fare.Credit!.Value.MinorUnits)];

    async Task<long> Sum(IEnumerable<Ride> rides, string kind) => (await Task.WhenAll(rides.Select(ride => fleet.Posted(kind, ride)))).Sum();

    async Task Adjust(Ride ride, long minorUnits)
    {
        using var request = fleet.OperatorRequest(
            HttpMethod.Post, $"/v1/ops/rides/{ride.RideId}/adjustments", new { amountMinorUnits = minorUnits, reason = "the driver took a detour" });
        using var answer = await fleet.Send(request);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    async Task<JsonElement> Read(string path, Guid user)
    {
        using var request = fleet.Request(HttpMethod.Get, path, user, driver: false);
        using var answer = await fleet.Send(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
    }
}
