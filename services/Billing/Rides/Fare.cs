using System.Text.Json;
using System.Text.Json.Serialization;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Rides;

/// <summary>Track: metered. Quote: the quote was honoured, or no usable track came. Policy: a fixed charge.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FareBasis>))]
internal enum FareBasis { Track, Quote, Policy }

/// <summary>What a passenger owes for a ride or its cancellation. Written once, never changed.</summary>
/// <param name="Inputs">What it was worked out from, besides the policy.</param>
internal sealed record Fare(
    Guid FareId, Guid RideId, FareKind Kind, FareBasis Basis, Guid PassengerId, Guid DriverId, Guid PolicyId, int PolicyVersion, string Currency,
    int DistanceMetres, int DurationSeconds, int FactorBasisPoints, FareShares Shares, FareInputs Inputs, PaymentChoice Payment, DateTimeOffset FinalisedAt)
{
    /// <summary>What we owed the passenger and set off against it; payment collects the rest.</summary>
    public long CreditedMinorUnits { get; init; }

    /// <summary>Why there is no commission: the subscription that covered the driver's match; null for none.</summary>
    public Guid? SubscriptionId { get; init; }

    /// <summary>The event that tells of it.</summary>
    public FareFinalised Finalised(long version) => new(
        FareId, RideId, PassengerId, DriverId, Kind, In(Shares.Total), In(Shares.Commission), In(Shares.DriverEarning), In(Shares.Tax),
        DistanceMetres, DurationSeconds, Payment, Shares.Promotion == 0 ? null : In(Shares.Promotion),
        CreditedMinorUnits == 0 ? null : In(CreditedMinorUnits))
    {
        OccurredAt = FinalisedAt,
        Version = version,
    };

    /// <summary>The passenger owes it, and we what a promotion gives; driver, commission and tax are owed their parts. Nothing to post for a free ride.</summary>
    /// <param name="funded">False when the promotion had no money left for what the quote had promised.</param>
    public LedgerTransfer Transfer(bool funded) => new(
        $"fare:{FareId}", TransferKind.Fare, RideId, Currency, FinalisedAt,
        [
            new(AccountKind.PassengerReceivable, PassengerId, Shares.Total),
            new(funded ? AccountKind.PromotionExpense : AccountKind.Concessions, Guid.Empty, Shares.Promotion),
            new(AccountKind.DriverPayable, DriverId, -Shares.DriverEarning),
            new(AccountKind.Commission, Guid.Empty, -Shares.Commission),
            new(AccountKind.Tax, Guid.Empty, -Shares.Tax),
        ]);

    /// <summary>What of it the passenger need not pay, because we owed it to them.</summary>
    public LedgerTransfer SetOff() => new(
        $"credit-used:{FareId}", TransferKind.CreditUsed, RideId, Currency, FinalisedAt,
        [
            new(AccountKind.PassengerCredit, PassengerId, CreditedMinorUnits),
            new(AccountKind.PassengerReceivable, PassengerId, -CreditedMinorUnits),
        ]);

    /// <summary>As a row of billing.fares.</summary>
    public FareParameters Parameters() => new(
        FareId, RideId, Kind.ToString(), Basis.ToString(), PassengerId, DriverId, PolicyId, PolicyVersion, Currency, DistanceMetres, DurationSeconds,
        Shares.Full, FactorBasisPoints, Shares.Total, Shares.Commission, Shares.DriverEarning, Shares.Tax, Shares.Promotion, CreditedMinorUnits,
        JsonSerializer.Serialize(Shares.Lines, Json.Options), JsonSerializer.Serialize(Inputs, Json.Options), Payment.PaymentMethodId, Payment.Kind.ToString(), FinalisedAt,
        SubscriptionId);

    Money In(long minorUnits) => new(minorUnits, Currency);
}

/// <summary>What the insert of a fare binds.</summary>
internal sealed record FareParameters(
    Guid FareId, Guid RideId, string Kind, string Basis, Guid PassengerId, Guid DriverId, Guid PolicyId, int PolicyVersion, string Currency,
    int DistanceMetres, int DurationSeconds, long Full, int FactorBasisPoints, long Total, long Commission, long DriverEarning, long Tax, long Promotion,
    long Credited, string Breakdown, string Inputs, Guid PaymentMethodId, string PaymentMethodKind, DateTimeOffset FinalisedAt,
    Guid? SubscriptionId);
