using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Payments.Tests;

/// <summary>Alone, because it takes the fleet away from everybody else.</summary>
[CollectionDefinition(nameof(CrashTests), DisableParallelization = true)]
public sealed class Alone;

[Collection(nameof(CrashTests))]
public sealed class CrashTests(PaymentFleet fleet)
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    // NebengJek 20, 25: a crash between two writes left a state that nobody could leave.
    [Fact]
    public async Task Killed_in_the_middle_of_thirty_charges_every_passenger_pays_once()
    {
        var passengers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => fleet.PassengerWithCard("tok_delay", Ct)));
        var fares = passengers.Select(passenger => passenger.Fare()).ToList();

        using (fleet.Wire.HoldEverySecondAnswer())
        {
            await Task.WhenAll(fares.Select(fare => fleet.Publish(fare, Ct)));
            await fleet.SomeAreSent(fares, 10, Ct);
            await fleet.KillAllCopies();
        }

        Assert.True(await fleet.OpenAttempts(fares, Ct) > 0, "The kill came too late to prove anything.");
        await fleet.StartAllCopies(Ct);

        foreach (var fare in fares)
        {
            await fleet.PaymentBecomes(fare, "Settled", Ct);
            Assert.Equal(1, await fleet.ChargesFor(fare, Ct));
            Assert.Equal(["PaymentSucceeded"], await fleet.EventsOf(fare, Ct));
        }
    }

    // Everybody dies while people pay: some phones are told of before, some by webhooks that wait, and the second phones' money goes back. Ten rides are paid
    // when all are dead, so that some are whoever was quicker.
    [Fact]
    public async Task Killed_while_thirty_codes_are_paid_by_two_phones_each_every_ride_is_paid_once()
    {
        var fares = await Task.WhenAll(Enumerable.Range(0, 30).Select(async _ =>
        {
            var passenger = fleet.Passenger();
            await passenger.AddCode(Ct);
            var fare = passenger.Fare();
            await fleet.Publish(fare, Ct);
            return fare;
        }));
        await PaymentFleet.Until(async () => await fleet.One<long>(Open, RidesOf(fares), Ct) == fares.Length, Ct);
        var urls = await fleet.All<string>(Urls, RidesOf(fares), Ct);

        var paying = Task.WhenAll(urls.Skip(10).Concat(urls.Skip(10)).Select(url => fleet.PhonePays(url, Ct)));
        await fleet.KillAllCopies();
        var late = Task.WhenAll(urls.Take(10).Concat(urls.Take(10)).Select(url => fleet.PhonePays(url, Ct)));
        var paid = (await paying).Concat(await late).Count(phone => phone.IsSuccessStatusCode);
        Assert.True(await fleet.OpenAttempts(fares, Ct) > 0, "The kill came too late to prove anything.");
        await fleet.StartAllCopies(Ct);

        foreach (var fare in fares)
        {
            await fleet.PaymentBecomes(fare, "Settled", Ct);
            Assert.Equal((1, 1_250), (await fleet.ChargesFor(fare, Ct), await fleet.HeldFor(fare, Ct)));
        }

        await PaymentFleet.Until(async () => await fleet.One<long>(Returned, RidesOf(fares), Ct) == paid - fares.Length, Ct);
    }

    static object RidesOf(IEnumerable<FareFinalised> fares) => new { Rides = fares.Select(fare => fare.RideId).ToArray() };

    const string Open = """
        select count(*) from payment.codes c join payment.attempts a on a.id = c.attempt_id join payment.orders o on o.id = a.order_id
        where  o.ride_id = any(@Rides) and c.url is not null
        """;

    const string Urls = """
        select c.url from payment.codes c join payment.attempts a on a.id = c.attempt_id join payment.orders o on o.id = a.order_id
        where  o.ride_id = any(@Rides)
        """;

    const string Returned = """
        select count(*) from payment.surplus_payments s join payment.orders o on o.id = s.order_id where o.ride_id = any(@Rides) and s.status = 'Succeeded'
        """;

    // NebengJek 20: a crash between two writes, the second time around. Here thirty refunds are under way when both copies die.
    [Fact]
    public async Task Killed_in_the_middle_of_thirty_refunds_every_passenger_is_paid_back_once()
    {
        var passengers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => fleet.PassengerWithCard("tok_refund_delay", Ct)));
        var fares = passengers.Select(passenger => passenger.Fare()).ToList();
        await Task.WhenAll(fares.Select(fare => fleet.Publish(fare, Ct)));
        foreach (var fare in fares)
        {
            await fleet.PaymentBecomes(fare, "Settled", Ct);
        }

        using (fleet.Wire.HoldEverySecondAnswer())
        {
            await Task.WhenAll(fares.Select(fare => fleet.Publish(fare.LoweredBy(250), Ct)));
            await PaymentFleet.Until(async () => await fleet.OpenRefunds(fares, Ct) >= 10, Ct);
            await fleet.KillAllCopies();
        }

        Assert.True(await fleet.OpenRefunds(fares, Ct) > 0, "The kill came too late to prove anything.");
        await fleet.StartAllCopies(Ct);

        foreach (var fare in fares)
        {
            Assert.Equal(["Succeeded"], await fleet.RefundsEnd(fare, 1, Ct));
            Assert.Equal((1, 250), await fleet.RefundedFor(fare, Ct));
            Assert.Equal(["PaymentSucceeded", "RefundSucceeded"], await fleet.EventsOf(fare, Ct));
        }
    }

    [Fact]
    public async Task Killed_while_thirty_cards_are_asked_to_hold_money_nothing_stays_held()
    {
        IReadOnlyList<FareFinalised> fares;
        using (fleet.Wire.HoldEverySecondAnswer())
        {
            fares = await Begun("tok_auth_delay");
            await PaymentFleet.Until(async () => await Counted("payment.authorisations", "ride_id = any(@Rides) and status = 'Sent'", fares) >= 10, Ct);
            await fleet.KillAllCopies();
        }

        Assert.True(await Counted("payment.authorisations", "ride_id = any(@Rides) and status = 'Sent'", fares) > 0, "The kill came too late to prove anything.");
        var waivers = fares.Select(fare => fare.Waived()).ToList();
        await Task.WhenAll(waivers.Select(waived => fleet.Publish(waived, Ct)));
        await fleet.StartAllCopies(Ct);
        await fleet.AllAreHandled(waivers, Ct);

        foreach (var fare in fares)
        {
            // A beginning that was not acknowledged may be heard after the end: it holds nothing.
            await PaymentFleet.Until(async () => await fleet.HoldOf(fare, Ct) is "" or "Released", Ct);
            Assert.NotEqual("Authorised", (await fleet.HeldAtProvider(fare, Ct)).Status);
        }
    }

    [Fact]
    public async Task Killed_in_the_middle_of_thirty_captures_every_passenger_pays_once()
    {
        var fares = await Begun("tok_capture_delay");
        foreach (var fare in fares)
        {
            await fleet.HoldBecomes(fare, "Authorised", Ct);
        }

        using (fleet.Wire.HoldEverySecondAnswer())
        {
            await Task.WhenAll(fares.Select(fare => fleet.Publish(fare, Ct)));
            await fleet.SomeAreSent(fares, 10, Ct);
            await fleet.KillAllCopies();
        }

        Assert.True(await fleet.OpenAttempts(fares, Ct) > 0, "The kill came too late to prove anything.");
        await fleet.StartAllCopies(Ct);

        foreach (var fare in fares)
        {
            await fleet.PaymentBecomes(fare, "Settled", Ct);
            Assert.Equal((1, 1_250), (await fleet.ChargesFor(fare, Ct), await fleet.HeldFor(fare, Ct)));
            Assert.Equal(("Captured", 1_500, 1_250), await fleet.HeldAtProvider(fare, Ct));
        }
    }

    async Task<IReadOnlyList<FareFinalised>> Begun(string cardToken)
    {
        var passengers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => fleet.PassengerWithCard(cardToken, Ct)));
        var fares = passengers.Select(passenger => passenger.Fare()).ToList();
        await Task.WhenAll(fares.Select(fare => fleet.Publish(fare.Beginning(), Ct)));
        return fares;
    }

    Task<long> Counted(string table, string condition, IReadOnlyList<FareFinalised> fares) =>
        fleet.One<long>($"select count(*) from {table} where {condition}", new { Rides = fares.Select(fare => fare.RideId).ToArray() }, Ct);

    // NebengJek 20, 25: and the third time around, with what drivers are paid.
    [Fact]
    public async Task Killed_in_the_middle_of_thirty_payouts_every_driver_is_paid_once()
    {
        var payouts = new List<PayoutDue>();
        foreach (var _ in Enumerable.Range(0, 30))
        {
            var driver = fleet.Driver(Guid.CreateVersion7());
            (await driver.PutJson("/v1/me/bank-account", new { holderName = "Siti", bankCode = "BCA", accountNumber = "TESTDELAY" }, Ct)).EnsureSuccessStatusCode();
            payouts.Add(new(Guid.CreateVersion7(), driver.Id, new(5_000, "USD")) { OccurredAt = DateTimeOffset.UtcNow, Version = 1 });
        }

        using (fleet.Wire.HoldEverySecondAnswer())
        {
            await Task.WhenAll(payouts.Select(payout => fleet.Publish(payout, Ct)));
            await PaymentFleet.Until(async () => await fleet.PayoutsSent(payouts, Ct) >= 10, Ct);
            await fleet.KillAllCopies();
        }

        Assert.True(await fleet.PayoutsSent(payouts, Ct) > 0, "The kill came too late to prove anything.");
        await fleet.StartAllCopies(Ct);

        foreach (var payout in payouts)
        {
            Assert.Equal("Succeeded", await fleet.PayoutEnds(payout, Ct));
            Assert.Equal((1, 5_000), await fleet.PaidFor(payout, Ct));
            Assert.Equal(["PayoutSent"], await fleet.EventsAbout(payout.PayoutId, Ct));
        }
    }

    // Banks send back what has just arrived, and everybody dies while it is told: some returns are known before, some by webhooks that wait, and where nobody
    // knew yet that it had been paid, by asking.
    [Fact]
    public async Task Killed_while_thirty_banks_send_payouts_back_every_one_is_returned_once()
    {
        var side = new ProviderSide(fleet, "sandbox");
        var payouts = new List<PayoutDue>();
        foreach (var _ in Enumerable.Range(0, 30))
        {
            var driver = await side.Driver("TESTTIMEOUT", Ct);
            payouts.Add(new(Guid.CreateVersion7(), driver.Id, new(5_000, "USD")) { OccurredAt = DateTimeOffset.UtcNow, Version = 1 });
        }

        await Task.WhenAll(payouts.Select(payout => fleet.Publish(payout, Ct)));
        foreach (var payout in payouts)
        {
            await PaymentFleet.Until(async () => await fleet.PaidFor(payout, Ct) == (1, 5_000), Ct);
        }

        var returning = Task.WhenAll(payouts.Select(payout => side.SendBack(payout, Ct)));
        await fleet.KillAllCopies();
        await returning;
        await fleet.StartAllCopies(Ct);

        foreach (var payout in payouts)
        {
            await fleet.PayoutBecomes(payout, "Returned", Ct);
            Assert.Equal((1, 5_000), await fleet.PaidFor(payout, Ct));
            Assert.Equal(["PayoutSent", "PayoutReturned"], await fleet.EventsAbout(payout.PayoutId, Ct));
        }
    }
}
