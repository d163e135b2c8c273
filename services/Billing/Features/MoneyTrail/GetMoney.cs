using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.MoneyTrail;

/// <summary>
/// The money of one ride from quote to payout, on one page, for operators and auditors; at its end, whether it adds up. Payment's part is asked of
/// payment: while it is away the page says so, and what cannot be known is not claimed.
/// </summary>
internal static class GetMoney
{
    const string RideOf = """
        select ride_id, passenger_id, driver_id, status, city_id, vehicle_class, quote_id, tip_minor_units, completed_at, cancelled_at
        from   billing.rides
        where  ride_id = @RideId
        """;

    const string QuoteOf = """
        select quote.quote_id, quote.ride_request_id, quote.fare_minor_units, quote.currency, quote.breakdown, quote.distance_metres, quote.duration_seconds,
               quote.policy_id, quote.policy_version, policy.name as policy_name, quote.quoted_at
        from   billing.quotes quote
        join   billing.fare_policies policy on (policy.policy_id, policy.version) = (quote.policy_id, quote.policy_version)
        where  quote.quote_id = @QuoteId
        """;

    const string FareOf = """
        select fare.fare_id, fare.kind, fare.basis, fare.currency, fare.full_minor_units, fare.total_minor_units, fare.promotion_minor_units,
               fare.commission_minor_units, fare.driver_earning_minor_units, fare.tax_minor_units, paid.adjusted_minor_units, fare.fare_factor_basis_points,
               fare.breakdown, fare.policy_id, fare.policy_version, policy.name as policy_name, paid.settlement, fare.finalised_at, paid.owed_since,
               paid.settled_at, paid.collected_minor_units, fare.credited_minor_units, fare.booked_at, fare.subscription_id, plan.name as plan_name
        from   billing.fare_settlements paid
        join   billing.fares fare on (fare.ride_id, fare.booked_at) = (paid.ride_id, paid.booked_at)
        join   billing.fare_policies policy on (policy.policy_id, policy.version) = (fare.policy_id, fare.policy_version)
        left   join billing.driver_subscriptions subscription on subscription.subscription_id = fare.subscription_id
        left   join billing.subscription_plans plan on plan.plan_id = subscription.plan_id
        where  paid.ride_id = @RideId
        """;

    const string PromotionOf = """
        select use.promotion_id, promotion.name, promotion.code, use.status, use.reserved_minor_units, use.spent_minor_units, promotion.currency
        from   billing.promotion_uses use
        join   billing.promotions promotion on promotion.promotion_id = use.promotion_id
        where  use.quote_id = @QuoteId
        """;

    const string PostedFor = """
        select   transfer.transfer_id, transfer.business_key, transfer.kind, transfer.payout_id, transfer.occurred_at, account.kind as account,
                 account.party_id, entry.amount_minor_units, entry.currency
        from     billing.ledger_transfers transfer
        join     billing.ledger_entries entry on (entry.transfer_id, entry.occurred_at) = (transfer.transfer_id, transfer.occurred_at)
        join     billing.ledger_accounts account on account.account_id = entry.account_id
        where    transfer.ride_id = @RideId or transfer.payout_id = any(@PayoutIds)
        order by min(entry.entry_id) over (partition by transfer.transfer_id), entry.entry_id
        """;

    // A payout takes the whole balance: what a ride moved on the driver's account is in the first payout after it. Where that came back, it is in the first
    // after its return, which need not be the next one made. The account's row is the lock of all its entries, so that their order is that of the balance.
    const string FirstAfter = """
        cross  join lateral (
            select   reserved.payout_id
            from     billing.ledger_entries later
            join     billing.ledger_transfers reserved on (reserved.transfer_id, reserved.occurred_at) = (later.transfer_id, later.occurred_at) and reserved.kind = 'PayoutReserved'
            where    later.account_id = moved.account_id and later.entry_id > moved.entry_id
            order by later.entry_id
            limit    1) as first
        """;

    const string PayoutsOf = $"""
        with recursive taken as (
            select first.payout_id
            from   billing.ledger_transfers transfer
            join   billing.ledger_entries moved on (moved.transfer_id, moved.occurred_at) = (transfer.transfer_id, transfer.occurred_at)
            join   billing.ledger_accounts account on account.account_id = moved.account_id and account.kind = 'DriverPayable'
            {FirstAfter}
            where  transfer.ride_id = @RideId
            union
            select first.payout_id
            from   taken
            join   billing.ledger_transfers transfer on transfer.payout_id = taken.payout_id and transfer.kind = 'PayoutReturned'
            join   billing.ledger_entries moved on (moved.transfer_id, moved.occurred_at) = (transfer.transfer_id, transfer.occurred_at)
            join   billing.ledger_accounts account on account.account_id = moved.account_id and account.kind = 'DriverPayable'
            {FirstAfter}
        )
        select   payout.payout_id, payout.currency, payout.amount_minor_units, payout.fee_minor_units, payout.schedule, payout.status, payout.failure_code,
                 payout.reserved_at, payout.ended_at
        from     billing.payouts payout
        where    payout.payout_id in (select payout_id from taken) and payout.status not in ('Failed', 'Returned')
        order by payout.payout_id
        """;

    public static async Task<Results<Ok<MoneyView>, ContentHttpResult, ProblemHttpResult>> Handle(
        Guid rideId, HttpRequest request, Database database, Cities cities, PaymentClient payment, CancellationToken ct)
    {
        if (await Compose(rideId, database, cities, payment, ct) is not { } view) return Problem.NotFound("ride").ToHttp();

        return request.GetTypedHeaders().Accept.Any(type => type.MediaType == "text/html")
            ? TypedResults.Content(MoneyPage.Html(view), "text/html; charset=utf-8")
            : TypedResults.Ok(view);
    }

    static async Task<MoneyView?> Compose(Guid rideId, Database database, Cities cities, PaymentClient payment, CancellationToken ct)
    {
        var key = new { RideId = rideId };
        if (await database.Find<RideRow>(RideOf, key, ct) is not { } ride) return null;

        var quote = await database.Find<QuoteRow>(QuoteOf, ride, ct);
        var fare = await database.Find<FareRow>(FareOf, key, ct);
        var promotion = await database.Find<PromotionRow>(PromotionOf, ride, ct);
        var adjustments = await ListAdjustments.Of(rideId, database, ct);
        var payouts = await database.List<PayoutRow>(PayoutsOf, key, ct);
        var posted = await database.List<PostedRow>(PostedFor, new { RideId = rideId, PayoutIds = payouts.Select(payout => payout.PayoutId).ToArray() }, ct);
        var side = await payment.MoneyOf(rideId, payouts.Select(payout => payout.PayoutId), ct);
        var checks = Check(fare, adjustments, payouts, posted, side);
        return new(
            ride.RideId, ride.PassengerId, ride.DriverId, ride.Status, ride.CityId, ride.VehicleClass, ride.CompletedAt, ride.CancelledAt, quote?.View(),
            promotion?.View(), fare?.View(), fare is null || ride.TipMinorUnits == 0 ? null : new(ride.TipMinorUnits, fare.Currency), adjustments,
            TransferView.Of(posted.Where(row => row.PayoutId is null)), (side as PaymentSide.Known)?.Told, side is not PaymentSide.Away,
            [.. payouts.Select(payout => payout.View(TransferView.Of(posted.Where(row => row.PayoutId == payout.PayoutId))))],
            fare is null ? null : StatementDay.Of(ride.DriverId, fare.Currency, fare.BookedAt, cities),
            AccountSum.Of(posted.Where(row => row.PayoutId is null)), checks, VerdictOn(checks, side));
    }

    static IReadOnlyList<MoneyCheck> Check(
        FareRow? fare, IReadOnlyList<ListAdjustments.Item> adjustments, IReadOnlyList<PayoutRow> payouts, IReadOnlyList<PostedRow> posted, PaymentSide side)
    {
        var effective = adjustments.Where(adjustment => adjustment.Status is AdjustmentStatus.Effective).ToList();
        List<RidePosting> postings = [.. posted.Where(row => row.PayoutId is null).Select(row => row.Posting)];
        var books = RideMoney.OfBooks(
            fare?.Figures, effective.Sum(adjustment => adjustment.Amount.MinorUnits), effective.Sum(adjustment => adjustment.Driver.MinorUnits), postings);
        var sent = payouts.Where(payout => payout.Status == "Sent").Select(payout => (payout.PayoutId, payout.AmountMinorUnits));
        return side switch
        {
            PaymentSide.Known known => [.. books, .. RideMoney.AgainstPayment(known.Totals, postings), RideMoney.PaidOut(sent, known.Payouts)],
            PaymentSide.NoOrder => [.. books, .. RideMoney.AgainstPayment(new(0, 0, 0), postings)],
            _ => [.. books],
        };
    }

    static Verdict VerdictOn(IReadOnlyList<MoneyCheck> checks, PaymentSide side) =>
        checks.Any(check => !check.Holds) ? Verdict.DoesNotAddUp : side is PaymentSide.Away ? Verdict.Unknown : Verdict.AddsUp;

    sealed record RideRow(
        Guid RideId, Guid PassengerId, Guid DriverId, string Status, string? CityId, string? VehicleClass, Guid? QuoteId, long TipMinorUnits,
        DateTimeOffset? CompletedAt, DateTimeOffset? CancelledAt);

    sealed record QuoteRow(
        Guid QuoteId, Guid RideRequestId, long FareMinorUnits, string Currency, string Breakdown, int DistanceMetres, int DurationSeconds, Guid PolicyId,
        int PolicyVersion, string PolicyName, DateTimeOffset QuotedAt)
    {
        public QuoteMoney View() => new(
            QuoteId, RideRequestId, new(FareMinorUnits, Currency), LinesOf(Breakdown, Currency), new(PolicyId, PolicyVersion, PolicyName), DistanceMetres,
            DurationSeconds, QuotedAt);
    }

    sealed record FareRow(
        Guid FareId, FareKind Kind, FareBasis Basis, string Currency, long FullMinorUnits, long TotalMinorUnits, long PromotionMinorUnits,
        long CommissionMinorUnits, long DriverEarningMinorUnits, long TaxMinorUnits, long AdjustedMinorUnits, int FareFactorBasisPoints, string Breakdown,
        Guid PolicyId, int PolicyVersion, string PolicyName, Settlement Settlement, DateTimeOffset FinalisedAt, DateTimeOffset? OwedSince,
        DateTimeOffset? SettledAt, long CollectedMinorUnits, long CreditedMinorUnits, DateTimeOffset BookedAt, Guid? SubscriptionId,
        string? PlanName)
    {
        public FareFigures Figures => new(
            TotalMinorUnits, PromotionMinorUnits, CommissionMinorUnits, DriverEarningMinorUnits, TaxMinorUnits, AdjustedMinorUnits,
            LinesOf(Breakdown, Currency).Sum(line => line.Amount.MinorUnits), Settlement, CollectedMinorUnits, CreditedMinorUnits);

        public FareMoney View() => new(
            FareId, Kind, Basis, LinesOf(Breakdown, Currency), new(PolicyId, PolicyVersion, PolicyName), FareFactorBasisPoints, In(FullMinorUnits),
            In(TotalMinorUnits), In(PromotionMinorUnits), In(CommissionMinorUnits), In(DriverEarningMinorUnits), In(TaxMinorUnits), In(AdjustedMinorUnits),
            Settlement.ToString(), FinalisedAt, OwedSince, SettledAt, SubscriptionId is { } id ? new(id, PlanName!) : null);

        Money In(long minorUnits) => new(minorUnits, Currency);
    }

    sealed record PromotionRow(
        Guid PromotionId, string Name, string? Code, string Status, long ReservedMinorUnits, long SpentMinorUnits, string Currency)
    {
        public PromotionMoney View() => new(PromotionId, Name, Code, Status, new(ReservedMinorUnits, Currency), new(SpentMinorUnits, Currency));
    }

    sealed record PayoutRow(
        Guid PayoutId, string Currency, long AmountMinorUnits, long FeeMinorUnits, string Schedule, string Status, string? FailureCode,
        DateTimeOffset ReservedAt, DateTimeOffset? EndedAt)
    {
        public PayoutMoney View(IReadOnlyList<TransferView> transfers) => new(
            PayoutId, new(AmountMinorUnits, Currency), new(FeeMinorUnits, Currency), Schedule, Status, FailureCode, ReservedAt, EndedAt, transfers);
    }

    static IReadOnlyList<FareLineView> LinesOf(string breakdown, string currency) =>
        FareLineView.Of(JsonSerializer.Deserialize<List<FareLine>>(breakdown, Json.Options)!, currency);
}

/// <summary>One entry of the ledger with its transfer, as it is read.</summary>
internal sealed record PostedRow(
    Guid TransferId, string BusinessKey, TransferKind Kind, Guid? PayoutId, DateTimeOffset OccurredAt, AccountKind Account, Guid PartyId,
    long AmountMinorUnits, string Currency)
{
    public RidePosting Posting => new(Kind, Account, PartyId, AmountMinorUnits);
}
