using Tumpang.Billing.Receipts;
using Tumpang.Billing.Taxes;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing;

/// <summary>Every verb and path of billing.</summary>
internal static class BillingRoutes
{
    public static void MapBillingRoutes(this WebApplication app)
    {
        var v1 = app.MapGroup("/v1").WithTags("Billing").RequireAuthorization();

        v1.MapPost("/quotes", QuoteRides.Handle);
        v1.MapGet("/surge", ShowSurge.Handle);
        v1.MapGet("/rides/{rideId:guid}/fare", GetFare.Handle);
        v1.MapGet("/rides/{rideId:guid}/receipt", GetReceipt.Handle).Produces<Receipt>();
        v1.MapGet("/rides/{rideId:guid}/receipt.html", GetReceipt.HandleHtml);
        v1.MapGet("/rides/{rideId:guid}/receipt.pdf", GetReceipt.HandlePdf);
        v1.MapGet("/rides/{rideId:guid}/cancellation-fee", PreviewCancellation.Handle);
        v1.MapPost("/rides/{rideId:guid}/reroute-quote", QuoteReroute.Handle);
        v1.MapGet("/me/earnings", GetEarnings.Handle).RequireAuthorization(Policies.Driver);
        v1.MapGet("/me/debts", ListDebts.Handle);
        v1.MapGet("/wallet", GetWallet.Handle);
        v1.MapGet("/wallet/movements", ListWalletMovements.Handle);
        v1.MapGet("/me/referral", GetReferral.Handle);
        v1.MapPost("/me/referral", EnterReferralCode.Handle).Idempotent();
        v1.MapGet("/me/payouts", ListPayouts.Handle).RequireAuthorization(Policies.Driver);
        v1.MapPost("/me/payouts", RequestPayout.Handle).RequireAuthorization(Policies.Driver).Idempotent();
        v1.MapGet("/me/statements", GetStatement.Handle).RequireAuthorization(Policies.Driver);

        v1.MapGet("/subscription-plans", ListOfferedPlans.Handle).RequireAuthorization(Policies.Driver);
        v1.MapGet("/me/subscription", GetSubscriptions.Handle).RequireAuthorization(Policies.Driver);
        v1.MapPost("/me/subscription", BeginSubscription.Handle).RequireAuthorization(Policies.Driver).Idempotent();
        v1.MapPost("/me/subscription/cancel", CancelSubscription.Handle).RequireAuthorization(Policies.Driver).Idempotent();

        var adjustments = app.MapGroup("/v1/ops/rides/{rideId:guid}/adjustments").WithTags("Operators").RequireAuthorization(Policies.Operator);
        adjustments.MapGet("", ListAdjustments.Handle);
        adjustments.MapPost("", AdjustFare.Handle).Idempotent();
        adjustments.MapPost("/{adjustmentId:guid}/approve", ApproveAdjustment.Handle).Idempotent();
        adjustments.MapPost("/{adjustmentId:guid}/reject", RejectAdjustment.Handle).Idempotent();

        var operators = app.MapGroup("/v1/ops").WithTags("Operators").RequireAuthorization(Policies.Operator);
        operators.MapGet("/fare-policies", ListFarePolicies.Handle);
        operators.MapPost("/fare-policies", PublishFarePolicy.Handle).Idempotent();
        operators.MapGet("/surge-rules", ListSurgeRules.Handle);
        operators.MapPost("/surge-rules", DecideSurge.Handle).Idempotent();
        operators.MapGet("/promotions", ListPromotions.Handle);
        operators.MapPost("/promotions", CreatePromotion.Handle).Idempotent();
        operators.MapPost("/promotions/{promotionId:guid}/stop", StopPromotion.Handle).Idempotent();
        operators.MapGet("/referral-programmes", ListReferralProgrammes.Handle);
        operators.MapPost("/referral-programmes", CreateReferralProgramme.Handle).Idempotent();
        operators.MapPost("/referral-programmes/{programmeId:guid}/stop", StopReferralProgramme.Handle).Idempotent();
        operators.MapGet("/subscription-plans", ListSubscriptionPlans.Handle);
        operators.MapPost("/subscription-plans", CreateSubscriptionPlan.Handle).Idempotent();
        operators.MapPost("/subscription-plans/{planId:guid}/stop", StopSubscriptionPlan.Handle).Idempotent();
        operators.MapGet("/months", ListMonths.Handle);
        operators.MapPost("/months/{month}/close", CloseMonth.Handle).Idempotent();
        operators.MapPost("/months/{month}/close/approve", ApproveMonthClosing.Handle).Idempotent();
        operators.MapPost("/months/{month}/close/reject", RejectMonthClosing.Handle).Idempotent();
        operators.MapGet("/tax-report", GetTaxReport.Handle).Produces<TaxReport>();
        operators.MapGet("/tax-report.csv", GetTaxReport.HandleCsv);
        operators.MapGet("/fares/recomputed", RecomputeFares.Handle);
        operators.MapPost("/chargebacks/{disputeId:guid}/forgive", ForgiveChargeback.Handle).Idempotent();
        operators.MapPost("/chargebacks/{disputeId:guid}/forgive/approve", ApproveForgiveness.Handle).Idempotent();
        operators.MapPost("/chargebacks/{disputeId:guid}/forgive/reject", RejectForgiveness.Handle).Idempotent();
        operators.MapPost("/chargebacks/{disputeId:guid}/forgive-top-up", ForgiveTopUpChargeback.Handle).Idempotent();
        operators.MapPost("/chargebacks/{disputeId:guid}/forgive-top-up/approve", ApproveTopUpForgiveness.Handle).Idempotent();
        operators.MapPost("/chargebacks/{disputeId:guid}/forgive-top-up/reject", RejectTopUpForgiveness.Handle).Idempotent();
        operators.MapGet("/rides/{rideId:guid}/money", GetMoney.Handle);
        operators.MapGet("/rides/{rideId:guid}/receipts/passenger", GetReceipt.HandlePassengers).Produces<Receipt>();
        operators.MapGet("/rides/{rideId:guid}/receipts/driver", GetReceipt.HandleDrivers).Produces<Receipt>();
        app.MapPost("/internal/ledger/clearing", FindClearing.Handle).RequireServiceKey("payment");
    }
}
