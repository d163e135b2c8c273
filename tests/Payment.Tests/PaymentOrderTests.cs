using FsCheck;
using FsCheck.Fluent;
using Tumpang.Contracts;
using Xunit;
using static Tumpang.Payments.Tests.Samples;

namespace Tumpang.Payments.Tests;

public sealed class PaymentOrderTests
{
    static readonly Decline Soft = Decline.From("insufficient_funds");
    static readonly Decline Hard = Decline.From("card_declined");

    [Fact]
    public void An_order_settles_once()
    {
        var order = Order();

        var settled = order.Settle(PaymentMethodKind.Card, order.Amount, Now).Event!;

        Assert.Equal((order.RideId, order.Amount, 1L), (settled.RideId, settled.Amount, settled.Version));
        Assert.Equal("payment-already-ended", order.Apply(settled).Settle(PaymentMethodKind.Card, order.Amount, Now).Problem!.Code);
    }

    // NebengJek 19: a refused payment was the end of it. Here a debt can still be settled.
    [Fact]
    public void A_refused_order_is_owed_and_can_still_be_settled()
    {
        var order = Order().WithOpenAttempt();

        var owed = order.Apply(order.WithoutAttempt(Hard.Code).Owe(Hard.Code, Now).Event!);

        Assert.Equal((OrderStatus.Owed, "card-declined"), (owed.Status, owed.FailureCode));
        Assert.Null(owed.RefusesAnotherCard());
        Assert.Equal(2L, owed.Settle(PaymentMethodKind.Card, owed.Amount, Now).Event!.Version);
    }

    [Fact]
    public void While_an_outcome_is_unknown_no_other_way_of_paying_begins()
    {
        Assert.Equal("payment-in-progress", Order().WithOpenAttempt().RefusesAnotherCard()!.Code);
        Assert.Equal("payment-in-progress", Order(PaymentMethodKind.Cash).WithOpenAttempt().ReceiveCash(Now).Problem!.Code);
    }

    [Fact]
    public void Cash_is_confirmed_for_cash_rides_only()
    {
        Assert.Equal(PaymentMethodKind.Cash, Order(PaymentMethodKind.Cash).ReceiveCash(Now).Event!.Kind);
        Assert.Equal("not-a-cash-ride", Order().ReceiveCash(Now).Problem!.Code);
    }

    [Fact]
    public void Cash_is_confirmed_after_another_way_failed_and_not_after_it_paid()
    {
        var tried = Order(PaymentMethodKind.Cash).WithOpenAttempt().WithoutAttempt(Hard.Code);

        Assert.Equal((PaymentMethodKind.Cash, tried.Amount), (tried.ReceiveCash(Now).Event!.Kind, tried.ReceiveCash(Now).Event!.Amount));
        Assert.Equal("payment-partly-collected", (tried with { CollectedMinorUnits = 100 }).ReceiveCash(Now).Problem!.Code);
    }

    [Fact]
    public void A_soft_decline_is_tried_again_ever_later_and_then_no_more()
    {
        var options = new PaymentOptions { SoftDeclineRetries = 2, SoftDeclineBackOff = TimeSpan.FromMinutes(5) };
        var first = Order().WithOpenAttempt();
        var second = first.WithoutAttempt(Soft.Code).WithOpenAttempt();
        var third = second.WithoutAttempt(Soft.Code).WithOpenAttempt();

        Assert.Equal(TimeSpan.FromMinutes(5), first.NextTryAfter(Soft, options));
        Assert.Equal(TimeSpan.FromMinutes(10), second.NextTryAfter(Soft, options));
        Assert.Null(third.NextTryAfter(Soft, options));
    }

    [Fact]
    public void A_hard_decline_is_never_tried_again_by_ourselves()
    {
        Assert.Null(Order().WithOpenAttempt().NextTryAfter(Hard, new()));
        Assert.Null(Order().WithOpenAttempt().NextTryAfter(Decline.From("a_code_from_next_year"), new()));
    }

    [Fact]
    public void No_path_leaves_the_end()
    {
        var ends = Gen.Elements(OrderStatus.Settled, OrderStatus.WrittenOff, OrderStatus.Void).ToArbitrary();

        Prop.ForAll(ends, status =>
        {
            var ended = Order(PaymentMethodKind.Cash) with { Status = status };
            return ended.Settle(PaymentMethodKind.Card, ended.Amount, Now).Event is null
                && ended.ReceiveCash(Now).Event is null
                && ended.Owe("card-declined", Now).Event is null
                && ended.RefusesAnotherCard() is not null
                && ended.NextTryAfter(Soft, new()) is null;
        }).QuickCheckThrowOnFailure();
    }

    /// <summary>Whatever happens in whatever order: at most one settlement, versions that only grow, and an open attempt that shuts out all others.</summary>
    [Fact]
    public void Any_history_settles_at_most_once()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), steps =>
        {
            var (order, settlements, lastVersion) = (Order(PaymentMethodKind.Cash), 0, 0L);
            foreach (var step in steps)
            {
                var (next, settled) = Take(order, step % 5);
                settlements += settled ? 1 : 0;
                if (next.Version < lastVersion)
                {
                    return false;
                }

                (order, lastVersion) = (next, next.Version);
            }

            return settlements <= 1;
        }).QuickCheckThrowOnFailure();
    }

    static (PaymentOrder Order, bool Settled) Take(PaymentOrder order, int step) => step switch
    {
        0 when order.RefusesAnotherCard() is null => (order.WithOpenAttempt(), false),
        1 when order.OpenAttemptId is not null => (order.Apply(order.Settle(PaymentMethodKind.Card, order.Amount, Now).Event!), true),
        2 when order.OpenAttemptId is not null => (order.Apply(order.WithoutAttempt("card-declined").Owe("card-declined", Now).Event!), false),
        3 when order.ReceiveCash(Now).Event is { } settled => (order.Apply(settled), true),
        4 when order.OpenAttemptId is null && order.Owe("cash-not-confirmed", Now).Event is { } failed => (order.Apply(failed), false),
        _ => (order, false),
    };
}
