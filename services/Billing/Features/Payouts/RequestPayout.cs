using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Payouts;

/// <summary>A driver does not want to wait for the next batch and is paid all that they have earned, less a fee. The answer is 202: it arrives later.</summary>
internal static class RequestPayout
{
    const string IsPayee = "select exists (select from billing.payees where driver_id = @DriverId and ready)";

    /// <param name="Currency">Which of the driver's balances, ISO 4217.</param>
    internal sealed record Request(string Currency = "");

    internal sealed record Answer(Guid PayoutId, Money Amount, Money Fee);

    public static async Task<Results<Accepted<Answer>, ProblemHttpResult>> Handle(
        Request request, CurrentUser user, CityClock clock, IOptions<BillingOptions> options, Transaction tx, CancellationToken ct)
    {
        if (request.Currency.Length != 3) return Problem.Invalid("currency", "A currency is an ISO 4217 code, for example USD.").ToHttp();
        if (!await tx.Find<bool>(IsPayee, new { DriverId = user.Id }, ct)) return BillingProblems.NoBankAccount.ToHttp();

        var (rules, currency) = (options.Value.Payouts, request.Currency);
        var fee = rules.OnDemandFee.GetValueOrDefault(currency);
        var balance = await tx.LockBalanceOf(user.Id, currency, ct);
        var payout = new Payout(Guid.CreateVersion7(), user.Id, currency, balance.MinorUnits - fee, fee);
        if (payout.AmountMinorUnits < rules.MinimumOf(currency))
        {
            return BillingProblems.BelowMinimum(rules.MinimumOf(currency)).ToHttp();
        }

        return await tx.Reserve(payout, balance.CashMinorUnits, "OnDemand", null, clock.GetUtcNow(), ct)
            ? TypedResults.Accepted("/v1/me/payouts", new Answer(payout.PayoutId, new(payout.AmountMinorUnits, currency), new(fee, currency)))
            : BillingProblems.PayoutInProgress.ToHttp();
    }
}
