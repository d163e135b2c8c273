using Tumpang.Contracts;

namespace Tumpang.Payments.Tests;

/// <summary>Orders to decide about.</summary>
static class Samples
{
    public static readonly DateTimeOffset Now = new(2013, 11, 18, 21, 0, 0, TimeSpan.Zero);

    public static PaymentOrder Order(PaymentMethodKind kind = PaymentMethodKind.Card) => new(
        Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7(), 1_250, "USD", OrderStatus.Pending, kind,
        Guid.CreateVersion7(), OpenAttemptId: null, AttemptsMade: 0, FailureCode: null, Version: 0);

    public static PaymentOrder WithOpenAttempt(this PaymentOrder order) =>
        order.With(Attempt.Next(order, Guid.CreateVersion7(), PaymentMethodKind.Card));
}
