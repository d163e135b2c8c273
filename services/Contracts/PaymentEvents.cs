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
/// <param name="Amount">What was collected now. Of an order paid in parts the last one: the others were told by <see cref="PaymentPartCollected"/>.</param>
/// <param name="Kind">How it was settled: Card and Qr mean that the provider holds the money, Cash that the driver does, Wallet that billing has it
/// already.</param>
public sealed record PaymentSucceeded(
    Guid PaymentOrderId, Guid RideId, Guid PassengerId, Guid DriverId, Money Amount, PaymentMethodKind Kind) : Event
{
    public override Guid AggregateId => RideId;
}

/// <summary>A fare is to be paid from a wallet. billing takes it, as far as it goes, and says so.</summary>
/// <param name="AttemptId">Also the key under which it is taken, once.</param>
/// <param name="Amount">What is to be taken.</param>
/// <param name="PartAllowed">A card pays what the wallet does not hold; otherwise all of it is taken or nothing.</param>
public sealed record WalletChargeDue(
    Guid AttemptId, Guid PaymentOrderId, Guid RideId, Guid PassengerId, Guid DriverId, Money Amount, bool PartAllowed) : Event
{
    public override Guid AggregateId => RideId;
}

/// <summary>A passenger has paid into their wallet: the provider holds the money.</summary>
public sealed record WalletToppedUp(Guid TopUpId, Guid PassengerId, Money Amount) : Event
{
    public override Guid AggregateId => TopUpId;
}

/// <summary>The card would not pay into the wallet.</summary>
/// <param name="Code">Stable code of the refusal, for example card-declined.</param>
public sealed record WalletTopUpFailed(Guid TopUpId, Guid PassengerId, Money Amount, string Code) : Event
{
    public override Guid AggregateId => TopUpId;
}

/// <summary>A passenger has given their driver something once the ride was paid: the provider holds the money.</summary>
/// <param name="Amount">All of it is the driver's.</param>
public sealed record TipPaid(Guid TipId, Guid RideId, Guid PassengerId, Guid DriverId, Money Amount) : Event
{
    public override Guid AggregateId => TipId;
}

/// <summary>The card would not pay the tip.</summary>
/// <param name="Code">Stable code of the refusal, for example card-declined.</param>
public sealed record TipFailed(Guid TipId, Guid RideId, Guid PassengerId, Guid DriverId, Money Amount, string Code) : Event
{
    public override Guid AggregateId => TipId;
}

/// <summary>A part of an order is collected: what was held on the card, or in the wallet, did not reach. The rest is collected next.</summary>
/// <param name="AttemptId">The attempt that collected it; tells parts apart.</param>
public sealed record PaymentPartCollected(
    Guid AttemptId, Guid PaymentOrderId, Guid RideId, Guid PassengerId, Guid DriverId, Money Amount, PaymentMethodKind Kind) : Event
{
    public override Guid AggregateId => RideId;
}

/// <summary>The card would not hold the quoted fare. The ride goes on and is charged at its end.</summary>
/// <param name="Amount">What was to be held.</param>
/// <param name="Code">Stable code of the refusal, for example insufficient-funds.</param>
public sealed record CardAuthorisationFailed(
    Guid AuthorisationId, Guid RideId, Guid PassengerId, Guid DriverId, Money Amount, string Code) : Event
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

/// <summary>Money that was collected went back to where it came from.</summary>
/// <param name="Amount">What went back this time; several refunds of an order never exceed what was captured.</param>
/// <param name="To">Wallet: billing puts it back there. Null or Card: the provider has paid it back.</param>
public sealed record RefundSucceeded(
    Guid RefundId, Guid PaymentOrderId, Guid RideId, Guid PassengerId, Guid DriverId, Money Amount, PaymentMethodKind? To = null) : Event
{
    public override Guid AggregateId => RideId;
}

/// <summary>The provider would not pay back; the passenger is still due the amount and an operator must see to it.</summary>
/// <param name="Code">Stable code of the refusal, for example refund-declined.</param>
public sealed record RefundFailed(Guid RefundId, Guid PaymentOrderId, Guid RideId, Guid PassengerId, Guid DriverId, Money Amount, string Code) : Event
{
    public override Guid AggregateId => RideId;
}

/// <summary>A code was paid once too often: by a second phone, or after its ride was paid otherwise. The provider holds it, and it goes back whole.</summary>
public sealed record SurplusReceived(Guid SurplusId, Guid PaymentOrderId, Guid RideId, Guid PassengerId, Guid DriverId, Money Amount) : Event
{
    public override Guid AggregateId => RideId;
}

/// <summary>What was paid with a code once too often is back with whoever paid it.</summary>
public sealed record SurplusReturned(Guid SurplusId, Guid PaymentOrderId, Guid RideId, Guid PassengerId, Guid DriverId, Money Amount) : Event
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

/// <summary>A cardholder takes a charge back through their bank: the provider has withdrawn it, and a fee, until the bank decides.</summary>
/// <param name="Fee">What the provider takes beside the amount.</param>
/// <param name="Reason">The bank's word for it, for example fraudulent.</param>
/// <param name="TipId">When it is not the fare that is taken back, but what was given to the driver.</param>
public sealed record ChargebackReceived(
    Guid DisputeId, Guid PaymentOrderId, Guid RideId, Guid PassengerId, Guid DriverId, Money Amount, Money Fee, string Reason, Guid? TipId = null) : Event
{
    public override Guid AggregateId => RideId;
}

/// <summary>The bank has decided for us: the amount is back with the provider.</summary>
/// <param name="Fee">What of the fee came back with it; a provider may keep it.</param>
/// <param name="TipId">As of <see cref="ChargebackReceived"/>.</param>
public sealed record ChargebackWon(
    Guid DisputeId, Guid PaymentOrderId, Guid RideId, Guid PassengerId, Guid DriverId, Money Amount, Money Fee, Guid? TipId = null) : Event
{
    public override Guid AggregateId => RideId;
}

/// <summary>The bank has decided for the cardholder: amount and fee are gone.</summary>
/// <param name="SurplusId">When it was a payment of a code that was one too many: whoever made it has it back, and the fare is paid all the same.</param>
/// <param name="TipId">As of <see cref="ChargebackReceived"/>; the driver keeps it.</param>
public sealed record ChargebackLost(
    Guid DisputeId, Guid PaymentOrderId, Guid RideId, Guid PassengerId, Guid DriverId, Money Amount, Money Fee, Guid? SurplusId = null,
    Guid? TipId = null) : Event
{
    public override Guid AggregateId => RideId;
}

/// <summary>
/// A cardholder takes back what was paid into a wallet: the provider has withdrawn it, and a fee, until the bank decides, and billing takes it from the wallet.
/// </summary>
/// <param name="Fee">What the provider takes beside the amount.</param>
/// <param name="Reason">The bank's word for it, for example fraudulent.</param>
public sealed record TopUpChargebackReceived(Guid DisputeId, Guid TopUpId, Guid PassengerId, Money Amount, Money Fee, string Reason) : Event
{
    public override Guid AggregateId => TopUpId;
}

/// <summary>The bank has decided for us: the amount is back with the provider, and in the wallet. May be heard before it is heard that it was withdrawn.</summary>
/// <param name="Fee">What was withdrawn beside the amount.</param>
/// <param name="FeeBack">What of it came back; a provider may keep it.</param>
public sealed record TopUpChargebackWon(Guid DisputeId, Guid TopUpId, Guid PassengerId, Money Amount, Money Fee, Money FeeBack) : Event
{
    public override Guid AggregateId => TopUpId;
}

/// <summary>The bank has decided for the cardholder: amount and fee are gone. May be heard before it is heard that it was withdrawn.</summary>
public sealed record TopUpChargebackLost(Guid DisputeId, Guid TopUpId, Guid PassengerId, Money Amount, Money Fee) : Event
{
    public override Guid AggregateId => TopUpId;
}

/// <summary>
/// A fare was lowered that had been paid, and the passenger's bank has taken the charge back: what they were due is not refunded, and they owe so much less of
/// the chargeback. May be heard before <see cref="ChargebackLost"/>.
/// </summary>
/// <param name="SetOffId">Tells one from the next: more may follow when the fare is lowered again, or another dispute is lost.</param>
/// <param name="Amount">What was set off now.</param>
public sealed record ChargebackSetOff(Guid SetOffId, Guid PaymentOrderId, Guid RideId, Guid PassengerId, Guid DriverId, Money Amount) : Event
{
    public override Guid AggregateId => RideId;
}

/// <summary>A provider has closed a day of its calendar and paid what it came to to our bank account.</summary>
/// <param name="Net">Charges less refunds, chargebacks and fees; negative when it was taken from the account.</param>
public sealed record ProviderSettled(Guid SettlementId, string Provider, DateOnly Day, Money Net) : Event
{
    public override Guid AggregateId => SettlementId;
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

/// <summary>A driver was paid, and the bank has sent it back; billing gives it back to the balance. May be heard before the payment is.</summary>
/// <param name="Code">Stable code of the reason, for example account-closed.</param>
public sealed record PayoutReturned(Guid PayoutId, Guid DriverId, Money Amount, string Code) : Event
{
    public override Guid AggregateId => PayoutId;
}
