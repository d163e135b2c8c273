using System.Text.Json;
using System.Text.Json.Serialization;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.MoneyTrail;

/// <summary>AddsUp: every check holds. DoesNotAddUp: one does not; news may be on its way, read again. Unknown: payment is away.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Verdict>))]
internal enum Verdict { AddsUp, DoesNotAddUp, Unknown }

/// <summary>The money of one ride from quote to payout, in the order in which it happens.</summary>
/// <param name="Tip">Promised while searching; a line of the fare. Null for none.</param>
/// <param name="Transfers">What the ride moved in the ledger, in order.</param>
/// <param name="Payment">Order, attempts, refunds and payouts with the provider's references, as payment tells them; null when it has none, or is away.</param>
/// <param name="PaymentAvailable">False: payment is away, and its part of the page and of the checks is missing.</param>
/// <param name="Payouts">Those that hold what the driver earned by the ride; empty while it is on the balance.</param>
/// <param name="Statement">The driver's statement of that day has it.</param>
/// <param name="Sums">What the ride left on the accounts.</param>
internal sealed record MoneyView(
    Guid RideId, Guid PassengerId, Guid DriverId, string Status, string? CityId, string? VehicleClass, DateTimeOffset? CompletedAt, DateTimeOffset? CancelledAt,
    QuoteMoney? Quote, PromotionMoney? Promotion, FareMoney? Fare, Money? Tip, IReadOnlyList<ListAdjustments.Item> Adjustments,
    IReadOnlyList<TransferView> Transfers, JsonElement? Payment, bool PaymentAvailable, IReadOnlyList<PayoutMoney> Payouts, StatementDay? Statement,
    IReadOnlyList<AccountSum> Sums, IReadOnlyList<MoneyCheck> Checks, Verdict Verdict);

/// <summary>What was promised.</summary>
internal sealed record QuoteMoney(
    Guid QuoteId, Guid RideRequestId, Money Fare, IReadOnlyList<FareLineView> Breakdown, PolicyView Policy, int DistanceMetres, int DurationSeconds,
    DateTimeOffset QuotedAt);

/// <summary>The promotion of the quote, and what became of it.</summary>
internal sealed record PromotionMoney(Guid PromotionId, string Name, string? Code, string Status, Money Reserved, Money Spent);

/// <summary>What was owed. Total + Promotion = Commission + DriverEarning + Tax.</summary>
/// <param name="Full">Before the driver lowered it.</param>
/// <param name="Adjusted">What operators have taken off the total since.</param>
/// <param name="Subscription">Why there is no commission; null where the policy decides alone.</param>
internal sealed record FareMoney(
    Guid FareId, FareKind Kind, FareBasis Basis, IReadOnlyList<FareLineView> Breakdown, PolicyView Policy, int FareFactorBasisPoints, Money Full,
    Money Total, Money Promotion, Money Commission, Money DriverEarning, Money Tax,
    Money Adjusted, string Settlement, DateTimeOffset FinalisedAt, DateTimeOffset? OwedSince, DateTimeOffset? SettledAt,
    SubscriptionMoney? Subscription);

/// <summary>What the driver paid instead of commission.</summary>
/// <param name="Plan">Its name.</param>
internal sealed record SubscriptionMoney(Guid SubscriptionId, string Plan);

/// <summary>A payout, with its own movements in the ledger.</summary>
internal sealed record PayoutMoney(
    Guid PayoutId, Money Amount, Money Fee, string Schedule, string Status, string? FailureCode, DateTimeOffset ReservedAt,
    DateTimeOffset? EndedAt, IReadOnlyList<TransferView> Transfers);

/// <summary>Whose statement of which day.</summary>
internal sealed record StatementDay(Guid DriverId, DateOnly Day, string Currency)
{
    /// <summary>By the calendar of its currency, whose statements alone there are; null where nobody keeps that any more.</summary>
    /// <param name="bookedAt">When it is in the books.</param>
    public static StatementDay? Of(Guid driverId, string currency, DateTimeOffset bookedAt, Cities cities) =>
        cities.CalendarOf(currency) is { } calendar ? new(driverId, calendar.DayAt(bookedAt), currency) : null;
}

/// <summary>A transfer of the ledger; its entries sum to zero.</summary>
internal sealed record TransferView(
    Guid TransferId, string BusinessKey, TransferKind Kind, DateTimeOffset OccurredAt, IReadOnlyList<EntryView> Entries)
{
    /// <summary>In the order of the rows.</summary>
    public static IReadOnlyList<TransferView> Of(IEnumerable<PostedRow> rows) =>
    [
        .. rows.GroupBy(row => row.TransferId).Select(entries => entries.First() is var first
            ? new TransferView(
                first.TransferId, first.BusinessKey, first.Kind, first.OccurredAt,
                [.. entries.Select(row => new EntryView(row.Account, row.PartyId == Guid.Empty ? null : row.PartyId, new(row.AmountMinorUnits, row.Currency)))])
            : null!),
    ];
}

/// <summary>One side of a transfer.</summary>
/// <param name="PartyId">Passenger or driver; null for an account of our own.</param>
/// <param name="Amount">Debit positive, credit negative.</param>
internal sealed record EntryView(AccountKind Account, Guid? PartyId, Money Amount);

/// <summary>What a ride left on one account.</summary>
/// <param name="Amount">Debit positive, credit negative.</param>
internal sealed record AccountSum(AccountKind Account, Money Amount)
{
    public static IReadOnlyList<AccountSum> Of(IEnumerable<PostedRow> rows) =>
    [
        .. rows.GroupBy(row => (row.Account, row.Currency)).OrderBy(account => account.Key.Account)
            .Select(account => new AccountSum(account.Key.Account, new(account.Sum(row => row.AmountMinorUnits), account.Key.Currency))),
    ];
}
