using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>What payment tells, and what it does to debts and to the books.</summary>
public sealed class SettlementTests(BillingFleet fleet)
{
    const int Callers = 24;

    [Fact]
    public async Task A_card_leaves_the_money_with_the_provider()
    {
        var ride = await fleet.Finished(Ride.InNewYork());

        await fleet.Deliver(ride.Paid(new(800, "USD")));

        Assert.Equal("Settled", (await fleet.FareOf(ride)).Settlement);
        Assert.Equal(0, await fleet.Balance("PassengerReceivable", ride.PassengerId));
        Assert.Equal(-675, await fleet.Balance("DriverPayable", ride.DriverId));
        Assert.Equal(800, await fleet.Posted("ProviderClearing", ride));
    }

    [Fact]
    public async Task Of_cash_the_driver_keeps_what_they_earned_and_holds_the_rest_for_us()
    {
        var ride = await fleet.Finished(Ride.InJakarta());

        // 3 219 m = 9 657 rupiah, 5 % = 482.85, so the driver earned 9 174.15 of it
        await fleet.Deliver(ride.Paid(new(965_700, "IDR")));

        Assert.Equal(0, await fleet.Balance("PassengerReceivable", ride.PassengerId));
        Assert.Equal((0, 48_285), (await fleet.Balance("DriverPayable", ride.DriverId), await fleet.Balance("HeldCash", ride.DriverId)));
        Assert.Equal(0, await fleet.Posted("ProviderClearing", ride));
    }

    [Fact]
    public async Task A_payment_told_many_times_is_booked_once()
    {
        var ride = await fleet.Finished(Ride.InNewYork());

        await fleet.DeliverAtOnce(Copies(() => ride.Paid(new(800, "USD"))));

        Assert.Equal(800, await fleet.Posted("ProviderClearing", ride));
        Assert.Equal(1, await fleet.Count("billing.ledger_transfers where ride_id = @RideId and kind = 'Payment'", ride));
    }

    [Fact]
    public async Task Parts_are_booked_once_each_and_the_rest_is_owed()
    {
        var ride = await fleet.Finished(Ride.InNewYork());
        var part = ride.PartlyPaid(new(500, "USD"));

        await fleet.DeliverAtOnce(Copies(() => part with { EventId = Guid.CreateVersion7() }));
        await fleet.Deliver(ride.Declined(new(300, "USD")));
        var owed = await fleet.Balance("PassengerReceivable", ride.PassengerId);
        await fleet.Deliver(ride.Paid(new(300, "USD")));

        Assert.Equal(300, owed);
        Assert.Equal(0, await fleet.Balance("PassengerReceivable", ride.PassengerId));
        Assert.Equal(800, await fleet.Posted("ProviderClearing", ride));
    }

    [Fact]
    public async Task A_part_and_the_writing_off_of_the_rest_in_either_order_leave_the_same_loss()
    {
        var (first, last) = (await fleet.Finished(Ride.InNewYork()), await fleet.Finished(Ride.InNewYork()));

        await fleet.Deliver(first.PartlyPaid(new(500, "USD")), first.Declined(new(300, "USD")), first.WrittenOff(new(300, "USD")));
        await fleet.Deliver(last.Declined(new(300, "USD")), last.WrittenOff(new(300, "USD")), last.PartlyPaid(new(500, "USD")));

        foreach (var ride in new[] { first, last })
        {
            Assert.Equal((300, 500), (await fleet.Posted("WriteOffs", ride), await fleet.Posted("ProviderClearing", ride)));
            Assert.Equal(0, await fleet.Balance("PassengerReceivable", ride.PassengerId));
        }
    }

    /// <summary>NebengJek defect 19: one refused payment is the end, and both sides stay locked. Here it is a debt until it is paid.</summary>
    [Fact]
    public async Task A_refused_charge_is_a_debt_once_and_a_later_success_settles_it_once()
    {
        var ride = await fleet.Finished(Ride.InNewYork());

        await fleet.DeliverAtOnce(Copies(() => ride.Declined(new(800, "USD"))));
        var owed = await fleet.FareOf(ride);
        await fleet.DeliverAtOnce(Copies(() => ride.Paid(new(800, "USD"))));

        Assert.Equal("Owed", owed.Settlement);
        Assert.Equal("Settled", (await fleet.FareOf(ride)).Settlement);
        Assert.Equal(new Money(800, "USD"), Assert.Single(await fleet.Published<PassengerDebtIncurred>(ride)).Amount);
        Assert.Equal(new Money(800, "USD"), Assert.Single(await fleet.Published<PassengerDebtSettled>(ride)).Amount);
    }

    [Fact]
    public async Task Failure_and_success_at_once_leave_no_debt_behind()
    {
        var rides = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => fleet.Finished(Ride.InNewYork())));

        await fleet.DeliverAtOnce([.. rides.SelectMany(ride => new Event[] { ride.Declined(new(800, "USD")), ride.Paid(new(800, "USD")) })]);

        foreach (var ride in rides)
        {
            Assert.Equal("Settled", (await fleet.FareOf(ride)).Settlement);
            Assert.Equal((await fleet.Published<PassengerDebtIncurred>(ride)).Count, (await fleet.Published<PassengerDebtSettled>(ride)).Count);
        }
    }

    [Fact]
    public async Task Versions_of_what_billing_tells_of_a_ride_only_grow()
    {
        var ride = Ride.InNewYork();
        await fleet.Deliver(ride.Requested(fleet.Tokens), ride.Created(), ride.Progressed(500, 60, version: 1), ride.Progressed(900, 120, version: 2));
        await fleet.Finished(ride);
        await fleet.Deliver(ride.Declined(new(800, "USD")), ride.Paid(new(800, "USD")));

        Assert.Equal([1, 2], (await fleet.Published<FareProgressed>(ride)).Select(told => told.Version));
        Assert.Equal(3, Assert.Single(await fleet.Published<FareFinalised>(ride)).Version);
        Assert.Equal(4, Assert.Single(await fleet.Published<PassengerDebtIncurred>(ride)).Version);
        Assert.Equal(5, Assert.Single(await fleet.Published<PassengerDebtSettled>(ride)).Version);
    }

    /// <summary>The same news under ids of their own, so that the inbox lets all of them through.</summary>
    static IReadOnlyList<Event> Copies(Func<Event> news) => [.. Enumerable.Range(0, Callers).Select(_ => news())];
}
