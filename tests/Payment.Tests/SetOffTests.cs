using System.Net;
using Npgsql;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Payments.Tests;

/// <summary>What a lowered fare leaves owed to a passenger whose bank has taken the charge back: set off, or given back, and never both.</summary>
public sealed class SetOffTests(PaymentFleet fleet) : DisputesUnderTest(fleet)
{
    const string RefundsOf = """
        select sum(r.amount_minor_units)::bigint from payment.refunds r join payment.orders o on o.id = r.order_id where o.ride_id = @RideId
        """;

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task What_is_taken_off_a_fare_while_it_is_disputed_is_set_off_once_it_is_lost_and_not_given_back_too(string provider)
    {
        var side = new ProviderSide(Fleet, provider);
        var fare = await Paid(side, side.Good);
        var dispute = await side.Dispute(fare, null, Ct);
        await PaymentFleet.Until(async () => (await Fleet.DisputesOf(fare, Ct)).Count == 1, Ct);
        await Lower(fare, 250, copies: 3);
        var before = await Fleet.SetOffOf(fare, Ct);

        await side.Decide(dispute!, won: false, Ct);

        await Ends(fare, "Lost");
        Assert.Empty(before);
        Assert.Equal([250], await Fleet.SetOffOf(fare, Ct));
        Assert.Equal(["PaymentSucceeded", "ChargebackReceived", "ChargebackLost", "ChargebackSetOff"], await Fleet.EventsOf(fare, Ct));
        Assert.Equal(HttpStatusCode.Conflict, (await Fleet.Operator().Post($"/v1/ops/rides/{fare.RideId}/payment/refund", new { reason = "the passenger asks for it" }, Ct)).StatusCode);
        Assert.Empty(await Fleet.RefundsEnd(fare, 0, Ct));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task What_is_taken_off_after_it_was_lost_is_set_off_each_time_and_what_no_bank_gave_back_is_refunded(string provider)
    {
        var side = new ProviderSide(Fleet, provider);
        var fare = await Paid(side, side.Good);
        await side.Decide((await side.Dispute(fare, 500, Ct))!, won: false, Ct);
        await Ends(fare, "Lost");

        await Lower(fare, 250, copies: 3);
        var first = await Fleet.SetOffOf(fare, Ct);
        var refunds = await Fleet.RefundsEnd(fare, 0, Ct);
        await Lower(fare, 300);

        // 1 250 paid, 500 back from the bank, 700 left of the fare: 50 are ours to give.
        Assert.Equal([250], first);
        Assert.Empty(refunds);
        Assert.Equal([250, 250], await Fleet.SetOffOf(fare, Ct));
        Assert.Equal([side.RefundOfDisputed], await Fleet.RefundsEnd(fare, 1, Ct));
        Assert.Equal(50, await Fleet.One<long>(RefundsOf, new { fare.RideId }, Ct));
        Assert.Equal([250, 250], await Fleet.SetOffOf(fare, Ct));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task What_is_disputed_in_parts_is_set_off_as_far_as_it_is_lost(string provider)
    {
        var side = new ProviderSide(Fleet, provider);
        var fare = await Paid(side, side.Good);
        await side.Decide((await side.Dispute(fare, 500, Ct))!, won: false, Ct);
        await Ends(fare, "Lost");
        var other = (await side.Dispute(fare, 700, Ct))!;
        await PaymentFleet.Until(async () => (await Fleet.DisputesOf(fare, Ct)).Count == 2, Ct);

        await Lower(fare, 600);
        var first = await Fleet.SetOffOf(fare, Ct);
        await side.Decide(other, won: true, Ct);

        Assert.Equal([500], first);
        Assert.Equal([side.RefundOfDisputed], await Fleet.RefundsEnd(fare, 1, Ct));
        Assert.Equal(100, await Fleet.One<long>(RefundsOf, new { fare.RideId }, Ct));
        Assert.Equal([500], await Fleet.SetOffOf(fare, Ct));
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task A_refund_that_fails_over_a_charge_that_was_lost_is_set_off(string provider)
    {
        var side = new ProviderSide(Fleet, provider);
        var fare = await Paid(side, side.RefundFails);
        await Lower(fare, 250);
        await side.Decide((await side.Dispute(fare, 1_000, Ct))!, won: false, Ct);
        await Ends(fare, "Lost");

        Assert.Equal(["Failed"], await Fleet.RefundsEnd(fare, 1, Ct));
        Assert.Equal([250], await Fleet.SetOffOf(fare, Ct));
        Assert.Equal(HttpStatusCode.Conflict, (await Fleet.Operator().Post($"/v1/ops/rides/{fare.RideId}/payment/refund", new { reason = "the passenger asks for it" }, Ct)).StatusCode);
    }

    [Theory]
    [MemberData(nameof(Providers))]
    public async Task Lowerings_and_banks_at_once_set_off_and_give_back_together_what_was_paid_too_much(string provider)
    {
        var side = new ProviderSide(Fleet, provider);
        var fares = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Paid(side, side.Good)));

        await Task.WhenAll(fares.SelectMany((fare, turn) => new[]
        {
            LoseOf(side, fare, turn % 3 == 0 ? null : 400), Lower(fare, 200, copies: 2), Lower(fare, 150, copies: 2), Lower(fare, 250),
        }));

        foreach (var fare in fares)
        {
            await Ends(fare, "Lost");
            await PaymentFleet.Until(() => Fleet.IsQuiet(fare, Ct), Ct);
            var setOff = (await Fleet.SetOffOf(fare, Ct)).Sum();
            var refunded = (await side.RefundedFor(fare, Ct)).Amount;
            var lost = await Fleet.One<long>(
                "select d.amount_minor_units from payment.disputes d join payment.orders o on o.id = d.order_id where o.ride_id = @RideId",
                new { fare.RideId }, Ct);
            Assert.Equal(Math.Min(600 - refunded, lost), setOff);
            Assert.True(lost < 600 || refunded + setOff == 600, $"{refunded} back, {setOff} set off, {lost} lost.");
        }
    }

    // At Stripe a part that was refunded may be taken back as well: then more went back of it than was paid, and the other part makes up for that.
    [Fact]
    public async Task Of_an_order_that_was_paid_in_parts_nothing_is_refunded_that_another_part_has_lost()
    {
        var side = new ProviderSide(Fleet, "stripe");
        var fare = (await side.Passenger(side.Good, Ct)).Fare(2_000);
        await Fleet.Publish(fare.Beginning(), Ct);
        await Fleet.HoldBecomes(fare, "Authorised", Ct);
        await Fleet.Publish(fare, Ct);
        await Fleet.PaymentBecomes(fare, "Settled", Ct);
        const string newest = """
            select a.id, a.amount_minor_units from payment.attempts a join payment.orders o on o.id = a.order_id
            where  o.ride_id = @RideId and a.status = 'Succeeded' order by a.ordinal desc
            """;
        var parts = await Fleet.All<(Guid AttemptId, long MinorUnits)>(newest, new { fare.RideId }, Ct);
        await Lower(fare, parts[0].MinorUnits);
        Assert.Equal(["Succeeded"], await Fleet.RefundsEnd(fare, 1, Ct));

        await side.Decide(Fleet.Stripe.Books.Dispute(parts[0].AttemptId, null, TimeSpan.Zero)!, won: false, Ct);
        await Ends(fare, "Lost");
        await Lower(fare, 100);

        Assert.Equal(2, parts.Count);
        Assert.Equal([100], await Fleet.SetOffOf(fare, Ct));
        Assert.Equal(["Succeeded"], await Fleet.RefundsEnd(fare, 1, Ct));
    }

    [Fact]
    public async Task The_schema_refuses_to_set_off_more_than_was_lost_to_take_it_back_or_to_refund_it_too()
    {
        var side = new ProviderSide(Fleet, "sandbox");
        var fare = await Paid(side, side.Good);
        await side.Decide((await side.Dispute(fare, 500, Ct))!, won: false, Ct);
        await Ends(fare, "Lost");
        await Lower(fare, 250);
        const string setOff = "update payment.orders set set_off_minor_units = @Sum where ride_id = @RideId";
        const string refund = """
            insert into payment.refunds (id, order_id, attempt_id, amount_minor_units, currency, status, due_at, created_at)
            select gen_random_uuid(), order_id, a.id, 1, a.currency, 'Due', 'infinity', now()
            from   payment.attempts a join payment.orders o on o.id = a.order_id where o.ride_id = @RideId and a.status = 'Succeeded'
            """;

        Assert.Equal("orders_set_off_within_overpaid", (await Refused(setOff, 251)).ConstraintName);
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, (await Refused(setOff, 249)).SqlState);
        Assert.Equal("orders_set_off_within_overpaid", (await Refused(refund, 0)).ConstraintName);

        Task<PostgresException> Refused(string sql, long sum) =>
            Assert.ThrowsAsync<PostgresException>(() => Fleet.ExecuteAsOwner(sql, new { Sum = sum, fare.RideId }, Ct));
    }

    static async Task LoseOf(ProviderSide side, FareFinalised fare, long? minorUnits)
    {
        // The sandbox refuses a dispute that comes at the same moment as a refund of the charge.
        string? dispute = null;
        await PaymentFleet.Until(async () => (dispute = await side.Dispute(fare, minorUnits, Ct)) is not null, Ct);
        await side.Decide(dispute!, won: false, Ct);
    }

    /// <summary>Told under several ids, and handled.</summary>
    async Task Lower(FareFinalised fare, long minorUnits, int copies = 1)
    {
        var lowering = fare.LoweredBy(minorUnits);
        var told = Enumerable.Range(0, copies).Select(_ => lowering with { EventId = Guid.CreateVersion7() }).ToList();
        await Task.WhenAll(told.Select(each => Fleet.Publish(each, Ct)));
        await Fleet.AllAreHandled(told, Ct);
    }
}
