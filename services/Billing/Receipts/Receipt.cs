using System.Text.Json.Serialization;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Receipts;

/// <summary>Whose copy it is. Passenger: what was to be paid. Driver: what was earned.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ReceiptFor>))]
internal enum ReceiptFor { Passenger, Driver }

/// <summary>
/// What became of a fare, for one of its two sides: as it was made out, what was changed since, what that leaves. Nothing of it is ever altered, only
/// added to. Total and adjustments sum to the result; result and movements to what is left.
/// </summary>
/// <param name="Lines">As the fare was made out: for the passenger its breakdown, for the driver what was kept of it. Sum to the total.</param>
/// <param name="Adjustments">What operators changed since.</param>
/// <param name="Movements">
/// How it was paid: credit set off, money captured, cash, refunds. A passenger's payment is negative, as it lowers what they owe; so is cash that a driver took.
/// </param>
/// <param name="Left">For the passenger what is still owed, negative while a refund is under way; for the driver what the ride left on their balance.</param>
/// <param name="Tax">Contained in the result.</param>
/// <param name="Settlement">Pending, Owed, Settled, WrittenOff or Void.</param>
/// <param name="PaidWith">How it was paid, or is to be.</param>
/// <param name="GivenAfterwards">
/// A tip that the passenger gave once the ride was paid; null for none. It is no part of the fare: on the driver's copy it is among the movements.
/// </param>
/// <param name="PromotionNotApplied">Name of a promotion that the quote showed and the passenger had used up; null for none, and for the driver.</param>
/// <param name="Subscription">Name of the plan because of which there was no commission; null for none, and for the passenger.</param>
internal sealed record Receipt(
    ReceiptFor For, Guid RideId, Guid FareId, FareKind Kind, string CityId, VehicleClass VehicleClass, DateTimeOffset IssuedAt, DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt, int DistanceMetres, int DurationSeconds, PolicyView Policy, IReadOnlyList<FareLineView> Lines, Money Total,
    IReadOnlyList<ReceiptMovement> Adjustments, Money Result, Money Tax, IReadOnlyList<ReceiptMovement> Movements, Money Left, string Settlement,
    string PaidWith, Money? GivenAfterwards = null, string? PromotionNotApplied = null, string? Subscription = null);

/// <summary>Something that happened to a fare after it was made out.</summary>
/// <param name="Kind">A kind of transfer of the ledger: Adjustment, CreditUsed, Payment, Refund, CreditArisen, WriteOff, Void and so on.</param>
/// <param name="Amount">How it changed what the passenger owes, or what we owe the driver.</param>
/// <param name="At">City time.</param>
internal sealed record ReceiptMovement(string Kind, Money Amount, DateTimeOffset At);
