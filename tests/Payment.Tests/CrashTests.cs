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

        await Task.WhenAll(fares.Select(fare => fleet.Publish(fare, Ct)));
        await fleet.SomeAreSent(fares, 10, Ct);
        await fleet.KillAllCopies();
        Assert.True(await fleet.OpenAttempts(fares, Ct) > 0, "The kill came too late to prove anything.");
        await fleet.StartAllCopies(Ct);

        foreach (var fare in fares)
        {
            await fleet.PaymentBecomes(fare, "Settled", Ct);
            Assert.Equal(1, await fleet.ChargesFor(fare, Ct));
            Assert.Equal(["PaymentSucceeded"], await fleet.EventsOf(fare, Ct));
        }
    }

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

        await Task.WhenAll(fares.Select(fare => fleet.Publish(fare.LoweredBy(250), Ct)));
        await PaymentFleet.Until(async () => await fleet.OpenRefunds(fares, Ct) >= 10, Ct);
        await fleet.KillAllCopies();
        Assert.True(await fleet.OpenRefunds(fares, Ct) > 0, "The kill came too late to prove anything.");
        await fleet.StartAllCopies(Ct);

        foreach (var fare in fares)
        {
            Assert.Equal(["Succeeded"], await fleet.RefundsEnd(fare, 1, Ct));
            Assert.Equal((1, 250), await fleet.RefundedFor(fare, Ct));
            Assert.Equal(["PaymentSucceeded", "RefundSucceeded"], await fleet.EventsOf(fare, Ct));
        }
    }

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

        await Task.WhenAll(payouts.Select(payout => fleet.Publish(payout, Ct)));
        await PaymentFleet.Until(async () => await fleet.PayoutsSent(payouts, Ct) >= 10, Ct);
        await fleet.KillAllCopies();
        Assert.True(await fleet.PayoutsSent(payouts, Ct) > 0, "The kill came too late to prove anything.");
        await fleet.StartAllCopies(Ct);

        foreach (var payout in payouts)
        {
            Assert.Equal("Succeeded", await fleet.PayoutEnds(payout, Ct));
            Assert.Equal((1, 5_000), await fleet.PaidFor(payout, Ct));
            Assert.Equal(["PayoutSent"], await fleet.EventsAbout(payout.PayoutId, Ct));
        }
    }
}
