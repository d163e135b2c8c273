using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Chargebacks;

/// <summary>
/// An operator makes good what a lost chargeback of a top-up left a wallet below zero, as far as it goes: paid in another way, or an honest mistake. It is our
/// loss. More than zero the wallet does not get.
/// </summary>
internal static class ForgiveTopUpChargeback
{
    const string FindOne = """
        select top_up_id, passenger_id, amount_minor_units, currency, forgiven_at
        from   billing.top_up_chargebacks
        where  dispute_id = @DisputeId and lost_at is not null
        """;

    const string OwedInWallet = """
        select balance_minor_units from billing.ledger_accounts where kind = 'PassengerWallet' and party_id = @PassengerId and currency = @Currency
        """;

    const string MarkForgiven = """
        update billing.top_up_chargebacks
        set    forgiven_minor_units = @MinorUnits, forgiven_at = @Now, forgiven_by = @By, reason = @Reason
        where  dispute_id = @DisputeId
        """;

    /// <param name="Reason">Why, 1 to 500 characters; for operators and auditors only.</param>
    internal sealed record Request(string Reason = "");

    /// <param name="Amount">By how much the wallet was raised.</param>
    internal sealed record Answer(Guid DisputeId, Guid TopUpId, Guid PassengerId, Money Amount, string Reason);

    public static async Task<Results<Ok<Answer>, ProblemHttpResult>> Handle(
        Guid disputeId, Request request, CurrentUser user, CityClock clock, Transaction tx, CancellationToken ct)
    {
        if (string.IsNullOrWhiteSpace(request.Reason) || request.Reason.Length > 500) return BillingProblems.ReasonInvalid.ToHttp();
        if (await tx.Find<Row>(FindOne, new { DisputeId = disputeId }, ct) is not { } known) return BillingProblems.ChargebackNotFound.ToHttp();

        await tx.LockWallet(known.PassengerId, ct);
        // Again, behind the lock: another operator may have been first.
        var lost = (await tx.Find<Row>(FindOne, new { DisputeId = disputeId }, ct))!;
        if (lost.ForgivenAt is not null) return BillingProblems.ChargebackForgiven.ToHttp();

        var owed = await tx.Find<long?>(OwedInWallet, lost, ct) ?? 0;
        if (owed <= 0) return BillingProblems.WalletNotOverdrawn.ToHttp();

        var (now, reason) = (clock.GetUtcNow(), request.Reason.Trim());
        var amount = new Money(Math.Min(owed, lost.AmountMinorUnits), lost.Currency);
        await tx.PostToWallet(Forgiven(disputeId, lost, amount, now), lost.PassengerId, ct);
        await tx.Execute(MarkForgiven, new { DisputeId = disputeId, amount.MinorUnits, Now = now, By = user.Id, Reason = reason }, ct);
        return TypedResults.Ok(new Answer(disputeId, lost.TopUpId, lost.PassengerId, amount, reason));
    }

    static LedgerTransfer Forgiven(Guid disputeId, Row lost, Money amount, DateTimeOffset now) => new(
        $"wallet-forgiven:{disputeId}", TransferKind.WalletForgiven, RideId: null, amount.Currency, now,
        [
            new(AccountKind.ChargebackLosses, Guid.Empty, amount.MinorUnits),
            new(AccountKind.PassengerWallet, lost.PassengerId, -amount.MinorUnits),
        ],
        TopUpId: lost.TopUpId);

    sealed record Row(Guid TopUpId, Guid PassengerId, long AmountMinorUnits, string Currency, DateTimeOffset? ForgivenAt);
}
