using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Chargebacks;

/// <summary>
/// An operator lets a passenger ride again after a lost chargeback: paid in another way, or an honest mistake. It moves no money, because the loss is booked
/// already.
/// </summary>
internal static class ForgiveChargeback
{
    const string LockRide = """
        select ride.ride_id
        from   billing.rides ride
        join   billing.lost_chargebacks lost on lost.ride_id = ride.ride_id
        where  lost.dispute_id = @DisputeId
        for    update of ride
        """;

    const string Forgive = """
        update billing.lost_chargebacks
        set    forgiven_at = @Now, forgiven_by = @By, reason = @Reason
        where  dispute_id = @DisputeId and forgiven_at is null
        returning ride_id, passenger_id, amount_minor_units, currency
        """;

    /// <param name="Reason">Why, 1 to 500 characters; for operators and auditors only.</param>
    internal sealed record Request(string Reason = "");

    internal sealed record Answer(Guid DisputeId, Guid RideId, Guid PassengerId, Money Amount, string Reason);

    public static async Task<Results<Ok<Answer>, ProblemHttpResult>> Handle(
        Guid disputeId, Request request, CurrentUser user, CityClock clock, Transaction tx, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(request.Reason) || request.Reason.Length > 500) return BillingProblems.ReasonInvalid.ToHttp();
        if (await tx.Find<Guid?>(LockRide, new { DisputeId = disputeId }, ct) is null) return BillingProblems.ChargebackNotFound.ToHttp();

        var (now, reason) = (clock.GetUtcNow(), request.Reason.Trim());
        if (await tx.Find<Row>(Forgive, new { DisputeId = disputeId, By = user.Id, Reason = reason, Now = now }, ct) is not { } forgiven)
        {
            return BillingProblems.ChargebackForgiven.ToHttp();
        }

        await tx.TellOfLostChargebacks(forgiven.RideId, forgiven.PassengerId, forgiven.Amount, now, ct);
        return TypedResults.Ok(new Answer(disputeId, forgiven.RideId, forgiven.PassengerId, forgiven.Amount, reason));
    }

    sealed record Row(Guid RideId, Guid PassengerId, long AmountMinorUnits, string Currency)
    {
        public Money Amount => new(AmountMinorUnits, Currency);
    }
}
