namespace Tumpang.Contracts;

/// <summary>A passenger may pay with this method from now on.</summary>
public sealed record PaymentMethodAdded(Guid PaymentMethodId, Guid PassengerId, PaymentMethodKind Kind) : Event
{
    public override Guid AggregateId => PaymentMethodId;
}

/// <summary>The method is gone.</summary>
public sealed record PaymentMethodRemoved(Guid PaymentMethodId, Guid PassengerId) : Event
{
    public override Guid AggregateId => PaymentMethodId;
}

/// <summary>The order of a fare is settled: money captured, cash confirmed, or nothing was owed.</summary>
/// <param name="Kind">How it was settled: Card means the provider holds the money, Cash that the driver does.</param>
public sealed record PaymentSucceeded(
    Guid PaymentOrderId, Guid RideId, Guid PassengerId, Guid DriverId, Money Amount, PaymentMethodKind Kind) : Event
{
    public override Guid AggregateId => RideId;
}

/// <summary>No attempt succeeded: the passenger owes and is asked for another method. The order stays open.</summary>
/// <param name="Code">Stable code of the last refusal, for example card-declined.</param>
public sealed record PaymentFailed(
    Guid PaymentOrderId, Guid RideId, Guid PassengerId, Guid DriverId, Money Amount, string Code) : Event
{
    public override Guid AggregateId => RideId;
}

/// <summary>Captured money went back to the card that paid.</summary>
/// <param name="Amount">What went back this time; several refunds of an order never exceed what was captured.</param>
public sealed record RefundSucceeded(Guid RefundId, Guid PaymentOrderId, Guid RideId, Guid PassengerId, Guid DriverId, Money Amount) : Event
{
    public override Guid AggregateId => RideId;
}

/// <summary>The provider would not pay back; the passenger is still due the amount and an operator must see to it.</summary>
/// <param name="Code">Stable code of the refusal, for example refund-declined.</param>
public sealed record RefundFailed(Guid RefundId, Guid PaymentOrderId, Guid RideId, Guid PassengerId, Guid DriverId, Money Amount, string Code) : Event
{
    public override Guid AggregateId => RideId;
}

/// <summary>An operator gave up an order that was owed: nobody will pay it, and driver, commission and tax keep their parts.</summary>
/// <param name="Amount">What was still owed.</param>
public sealed record PaymentWrittenOff(Guid PaymentOrderId, Guid RideId, Guid PassengerId, Guid DriverId, Money Amount) : Event
{
    public override Guid AggregateId => RideId;
}

/// <summary>An operator found that an order should never have been: nobody owes or earns anything for it.</summary>
/// <param name="Amount">What was still owed.</param>
public sealed record PaymentVoided(Guid PaymentOrderId, Guid RideId, Guid PassengerId, Guid DriverId, Money Amount) : Event
{
    public override Guid AggregateId => RideId;
}

/// <summary>A driver has said where to be paid, or has taken it back.</summary>
/// <param name="Ready">There is an account.</param>
public sealed record PayoutAccountChanged(Guid DriverId, bool Ready) : Event
{
    public override Guid AggregateId => DriverId;
}

/// <summary>The provider has paid a driver.</summary>
public sealed record PayoutSent(Guid PayoutId, Guid DriverId, Money Amount) : Event
{
    public override Guid AggregateId => PayoutId;
}

/// <summary>The provider has not paid a driver and, for this payout, will not; billing gives it back to the balance.</summary>
/// <param name="Code">Stable code of the refusal, for example account-closed.</param>
public sealed record PayoutFailed(Guid PayoutId, Guid DriverId, Money Amount, string Code) : Event
{
    public override Guid AggregateId => PayoutId;
}
