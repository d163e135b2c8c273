using System.Text.Json.Serialization;

namespace Tumpang.Contracts;

/// <summary>What a fare is owed for.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FareKind>))]
public enum FareKind { Ride, Cancellation }

/// <summary>The meter of a running ride. Throttled like RideProgressed.</summary>
public sealed record FareProgressed(Guid RideId, Guid PassengerId, Guid DriverId, Money Fare, int DistanceMetres, int DurationSeconds) : Event
{
    public override Guid AggregateId => RideId;
}

/// <summary>
/// A ride was requested under a quote whose promotion the passenger had used up meanwhile: it gives nothing, and the ride costs what the quote says
/// without it. Told once per quote, when the request or the change of the way is heard.
/// </summary>
/// <param name="Price">The quoted fare without the promotion's line.</param>
/// <param name="Code">What the passenger had typed; null for one that applied by itself.</param>
/// <param name="RideId">The ride under way whose quote it is; null for a request, which has no ride yet.</param>
public sealed record PromotionNotApplied(
    Guid QuoteId, Guid RideRequestId, Guid PassengerId, Guid PromotionId, string Name, Money Price, string? Code = null, Guid? RideId = null) : Event
{
    public override Guid AggregateId => QuoteId;
}

/// <summary>What the passenger owes for a ride or its cancellation; once per ride. payment makes one order of it.</summary>
/// <param name="Total">What the passenger pays, not negative; zero settles at once.</param>
/// <param name="Commission">Our share of it.</param>
/// <param name="DriverEarning">The driver's share. Total + Promotion = Commission + DriverEarning + Tax.</param>
/// <param name="Promotion">What we bear of it; null for nothing.</param>
/// <param name="Credit">What of the total we owed to the passenger and billing has set off: payment collects the rest. Null for nothing.</param>
public sealed record FareFinalised(
    Guid FareId, Guid RideId, Guid PassengerId, Guid DriverId, FareKind Kind, Money Total, Money Commission, Money DriverEarning,
    Money Tax, int DistanceMetres, int DurationSeconds, PaymentChoice Payment, Money? Promotion = null,
    Money? Credit = null) : Event
{
    /// <summary>The total without what was set off.</summary>
    [JsonIgnore]
    public Money ToCollect => Credit is { } credit ? Total - credit : Total;

    public override Guid AggregateId => RideId;
}

/// <summary>A fare, or a part of it, is taken from the passenger's wallet.</summary>
/// <param name="AttemptId">payment's, which asked for it.</param>
/// <param name="Amount">What was taken; less than was asked for only where a part was allowed.</param>
public sealed record WalletCharged(Guid AttemptId, Guid PaymentOrderId, Guid RideId, Guid PassengerId, Money Amount) : Event
{
    public override Guid AggregateId => RideId;
}

/// <summary>Nothing was taken from the passenger's wallet, and for this attempt nothing will be.</summary>
/// <param name="Code">Stable code of the refusal: insufficient-wallet-balance.</param>
public sealed record WalletChargeRefused(Guid AttemptId, Guid PaymentOrderId, Guid RideId, Guid PassengerId, Money Amount, string Code) : Event
{
    public override Guid AggregateId => RideId;
}

/// <summary>A ride was cancelled and nothing is owed for it; told once, in place of a fare. payment lets go of what it held.</summary>
public sealed record CancellationWaived(Guid RideId, Guid PassengerId, Guid DriverId) : Event
{
    public override Guid AggregateId => RideId;
}

/// <summary>An operator took something off a fare. payment collects so much less, or gives it back.</summary>
/// <param name="Amount">What is taken off this time, more than zero.</param>
/// <param name="Total">What is left of the fare after it.</param>
public sealed record FareAdjusted(
    Guid AdjustmentId, Guid FareId, Guid RideId, Guid PassengerId, Guid DriverId, Money Amount, Money Total) : Event
{
    public override Guid AggregateId => RideId;
}

/// <summary>The passenger could not be charged and now owes; match refuses new requests until it is settled.</summary>
public sealed record PassengerDebtIncurred(Guid PassengerId, Guid RideId, Money Amount) : Event
{
    public override Guid AggregateId => RideId;
}

/// <summary>The debt of that ride is paid or written off.</summary>
public sealed record PassengerDebtSettled(Guid PassengerId, Guid RideId, Money Amount) : Event
{
    public override Guid AggregateId => RideId;
}

/// <summary>A bank took back more of what was paid into a wallet than was left in it; match refuses new requests until it is made good.</summary>
/// <param name="Amount">By how much the wallet is below zero now; told again whenever that changes. Versions count per passenger and currency.</param>
public sealed record WalletDebtIncurred(Guid PassengerId, Money Amount) : Event
{
    public override Guid AggregateId => PassengerId;
}

/// <summary>The wallet in that currency is not below zero any more.</summary>
/// <param name="Amount">Zero, in the wallet's currency.</param>
public sealed record WalletDebtSettled(Guid PassengerId, Money Amount) : Event
{
    public override Guid AggregateId => PassengerId;
}

/// <summary>So much is reserved for a driver and off their balance; payment moves it to their bank account.</summary>
/// <param name="PayoutId">Also the key under which it is paid, once.</param>
public sealed record PayoutDue(Guid PayoutId, Guid DriverId, Money Amount) : Event
{
    public override Guid AggregateId => PayoutId;
}

/// <summary>The next period of a driver's subscription was paid for, shortly before the last one ended.</summary>
/// <param name="Name">Of the plan.</param>
/// <param name="Price">Taken off the driver's balance.</param>
/// <param name="StartsAt">City time, as <paramref name="EndsAt"/>.</param>
public sealed record DriverSubscriptionRenewed(
    Guid SubscriptionId, Guid DriverId, Guid PlanId, string CityId, string Name, Money Price, DateTimeOffset StartsAt, DateTimeOffset EndsAt) : Event
{
    public override Guid AggregateId => SubscriptionId;
}

/// <summary>A driver's subscription was to be renewed and could not be: it ends.</summary>
/// <param name="Name">Of the plan.</param>
/// <param name="Code">Why: balance-below-zero, plan-stopped.</param>
/// <param name="EndsAt">City time; until then there is no commission.</param>
public sealed record DriverSubscriptionLapsed(
    Guid SubscriptionId, Guid DriverId, Guid PlanId, string CityId, string Name, string Code, DateTimeOffset EndsAt) : Event
{
    public override Guid AggregateId => SubscriptionId;
}
