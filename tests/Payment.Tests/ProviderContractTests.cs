using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Payments.Tests;

/// <summary>What payment relies on, of every provider alike: over HTTP, with its own webhooks, and compared with its own books.</summary>
public sealed class ProviderContractTests(PaymentFleet fleet)
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> Providers => ProviderSide.All;

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task What_is_owed_is_charged_once_whatever_comes_of_the_answer(string provider)
    {
        var side = new ProviderSide(fleet, provider);
        await Task.WhenAll(new[] { side.Good, side.Pending, side.ToldLate, side.BrokenAfterCharge }.Select(async card =>
        {
            var fare = (await side.Passenger(card, Ct)).Fare();

            await fleet.Publish(fare, Ct);

            await fleet.PaymentBecomes(fare, "Settled", Ct);
            Assert.Equal((card, 1, 1_250), (card, (await side.HeldFor(fare, Ct)).Charges, (int)(await side.HeldFor(fare, Ct)).Held));
            Assert.Equal(["PaymentSucceeded"], await fleet.EventsOf(fare, Ct));
        }));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task What_is_refused_is_owed_and_only_what_may_pass_is_tried_again(string provider)
    {
        var side = new ProviderSide(fleet, provider);
        await Task.WhenAll(new[] { (side.Declined, 1), (side.PendingThenDeclined, 1), (side.WithoutFunds, 3) }.Select(async expected =>
        {
            var (card, attempts) = expected;
            var fare = (await side.Passenger(card, Ct)).Fare();

            await fleet.Publish(fare, Ct);

            await fleet.PaymentBecomes(fare, "Owed", Ct);
            Assert.Equal((card, attempts), (card, await fleet.AttemptsOf(fare, Ct)));
            Assert.Equal((0, 0), await side.HeldFor(fare, Ct));
            Assert.Equal(["PaymentFailed"], await fleet.EventsOf(fare, Ct));
        }));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task What_goes_back_goes_back_once_or_is_known_not_to(string provider)
    {
        var side = new ProviderSide(fleet, provider);
        await Task.WhenAll(new[] { (side.Good, true), (side.RefundPending, true), (side.RefundFails, false) }.Select(async expected =>
        {
            var (card, succeeds) = expected;
            var fare = (await side.Passenger(card, Ct)).Fare();
            await fleet.Publish(fare, Ct);
            await fleet.PaymentBecomes(fare, "Settled", Ct);

            await fleet.Publish(fare.LoweredBy(250), Ct);

            Assert.Equal((card, succeeds ? "Succeeded" : "Failed"), (card, (await fleet.RefundsEnd(fare, 1, Ct)).Single()));
            Assert.Equal(succeeds ? (1, 250) : (0, 0), await side.RefundedFor(fare, Ct));
            Assert.Equal(["PaymentSucceeded", succeeds ? "RefundSucceeded" : "RefundFailed"], await fleet.EventsOf(fare, Ct));
        }));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task What_is_held_is_captured_as_far_as_the_fare_goes_or_let_go_of(string provider)
    {
        var side = new ProviderSide(fleet, provider);
        var (less, more, free) = (await Begun(1_300), await Begun(2_000), await Begun(1_250));

        await Task.WhenAll(fleet.Publish(less, Ct), fleet.Publish(more, Ct), fleet.Publish(free.Waived(), Ct));

        await fleet.PaymentBecomes(less, "Settled", Ct);
        await fleet.PaymentBecomes(more, "Settled", Ct);
        await fleet.HoldBecomes(free, "Released", Ct);
        Assert.Equal((1, 1_300), await side.HeldFor(less, Ct));
        Assert.Equal((2, 2_000), await side.HeldFor(more, Ct));
        Assert.Equal((0, 0), await side.HeldFor(free, Ct));
        Assert.Equal(["PaymentPartCollected", "PaymentSucceeded"], await fleet.EventsOf(more, Ct));

        async Task<FareFinalised> Begun(long minorUnits)
        {
            var fare = (await side.Passenger(side.Good, Ct)).Fare(minorUnits);
            await fleet.Publish(fare.Beginning(), Ct);
            await fleet.HoldBecomes(fare, "Authorised", Ct);
            return fare;
        }
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_driver_is_paid_once_or_the_money_comes_back(string provider)
    {
        var side = new ProviderSide(fleet, provider);
        var (paid, refused) = (await Due(side.Account), await Due(side.ClosedAccount));

        await Task.WhenAll(Enumerable.Repeat(paid, 5).Append(refused).Select(payout => fleet.Publish(payout, Ct)));

        Assert.Equal(("Succeeded", "account-closed"), (await fleet.PayoutEnds(paid, Ct), await fleet.PayoutEnds(refused, Ct)));
        Assert.Equal((1, 5_000), await side.PaidFor(paid, Ct));
        Assert.Equal((0, 0), await side.PaidFor(refused, Ct));
        Assert.Equal(["PayoutSent"], await fleet.EventsAbout(paid.PayoutId, Ct));
        Assert.Equal(["PayoutFailed"], await fleet.EventsAbout(refused.PayoutId, Ct));

        async Task<PayoutDue> Due(string account) =>
            new(Guid.CreateVersion7(), (await side.Driver(account, Ct)).Id, new(5_000, "USD")) { OccurredAt = DateTimeOffset.UtcNow, Version = 1 };
    }
}
