using Tumpang.Contracts;

namespace Tumpang.Payments.Tests;

/// <summary>Orders to decide about.</summary>
static class Samples
{
    public static readonly DateTimeOffset Now = new(2013, 11, 18, 21, 0, 0, TimeSpan.Zero);

    public static PaymentOrder Order(PaymentMethodKind kind = PaymentMethodKind.Card) => new(
        Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7(), 1_250, "USD", OrderStatus.Pending, kind,
        Guid.CreateVersion7(), OpenAttemptId: null, AttemptsMade: 0, FailureCode: null, Version: 0,
        CashMethodId: kind is PaymentMethodKind.Cash ? Guid.CreateVersion7() : null);

    public static PaymentOrder WithOpenAttempt(this PaymentOrder order) =>
        order.With(Attempt.Next(order, Guid.CreateVersion7(), PaymentMethodKind.Card));
}

/// <summary>What billing says after an operator lowered a fare.</summary>
static class Lowering
{
    public static FareAdjusted LoweredBy(this FareFinalised fare, long minorUnits) => new(
        Guid.CreateVersion7(), fare.FareId, fare.RideId, fare.PassengerId, fare.DriverId, new(minorUnits, fare.Total.Currency),
        new(fare.Total.MinorUnits - minorUnits, fare.Total.Currency))
    { OccurredAt = DateTimeOffset.UtcNow, Version = 2 };
}
