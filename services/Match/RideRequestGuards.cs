using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching;

/// <summary>
/// What stands in the way of a new ride request, read right after the attempt to insert it; so an attempt that lost a race sees the winner.
/// </summary>
/// <param name="Inserted">The row is there: no constraint refused it.</param>
/// <param name="WalletOverdrawn">A bank took back what was paid into the wallet, and the wallet did not hold it any more.</param>
/// <param name="AlreadyScheduled">Another ride of the passenger is scheduled for the same half hour.</param>
/// <param name="PaymentMethodKind">Of the passenger's own method; null when match does not know it.</param>
sealed record RideRequestGuards(
    bool Inserted, bool OnARide, bool AnotherIsLive, bool InDebt, bool WalletOverdrawn, bool QuoteUsed, bool AlreadyScheduled,
    PaymentMethodKind? PaymentMethodKind)
{
    /// <summary>The request that may be made, or the first reason why not.</summary>
    public Decision<RideRequested> Decide(
        Guid rideRequestId, Quote quote, string quoteToken, Guid paymentMethodId, DateTimeOffset searchEndsAt, DateTimeOffset now) => this switch
        {
            { OnARide: true } => MatchProblems.ActiveRide,
            { AnotherIsLive: true } => MatchProblems.AlreadyRequested,
            { InDebt: true } => MatchProblems.DebtOutstanding,
            { WalletOverdrawn: true } => MatchProblems.WalletOverdrawn,
            { QuoteUsed: true } => MatchProblems.QuoteUsed,
            { AlreadyScheduled: true } => MatchProblems.AlreadyScheduled,
            { PaymentMethodKind: null } or { Inserted: false } => MatchProblems.PaymentMethodUnknown,
            { PaymentMethodKind: { } kind } => new RideRequested(
                rideRequestId, quote.PassengerId, quote.CityId, quote.VehicleClass, quote.Pickup, quote.DropOff, quote.QuoteId, quoteToken, quote.Fare,
                new(paymentMethodId, kind), searchEndsAt, quote.PickupAt)
            {
                OccurredAt = now,
                Version = 1,
            },
        };

    /// <summary>A quote buys a ride for the passenger it was made for, until it expires.</summary>
    public static Problem? WhyNotUse(Quote? quote, Guid passengerId, DateTimeOffset now) => quote switch
    {
        null or { Change: not null } => MatchProblems.QuoteInvalid,
        _ when quote.PassengerId != passengerId => MatchProblems.QuoteInvalid,
        _ when quote.ExpiresAt <= now => MatchProblems.QuoteExpired,
        _ => null,
    };
}
