using Tumpang.Payments.Features;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments;

/// <summary>Everything that payment answers.</summary>
internal static class PaymentRoutes
{
    public static void MapPaymentRoutes(this WebApplication app)
    {
        var methods = app.MapGroup("/v1/payment-methods").WithTags("Payment methods").RequireAuthorization();
        methods.MapGet("", ListPaymentMethods.Handle);
        methods.MapPost("", AddPaymentMethod.Handle).AddEndpointFilter(AddPaymentMethod.OwnCardsOnly).Idempotent();
        methods.MapPut("/{paymentMethodId:guid}/default", MakeDefaultPaymentMethod.Handle).Idempotent();
        methods.MapDelete("/{paymentMethodId:guid}", RemovePaymentMethod.Handle).Idempotent();

        var payment = app.MapGroup("/v1/rides/{rideId:guid}/payment").WithTags("Payments").RequireAuthorization();
        payment.MapGet("", GetPayment.Handle);
        payment.MapGet("/authorisation", GetAuthorisation.Handle);
        payment.MapGet("/code", ShowCode.Handle);
        payment.MapGet("/code.svg", ShowCode.HandleDrawn);
        payment.MapPost("/cash-received", ConfirmCashReceived.Handle).RequireAuthorization(Policies.Driver).Idempotent();
        payment.MapPost("/retry", RetryPayment.Handle).Idempotent();
        payment.MapPost("/tip", TipDriver.Handle).Idempotent();
        payment.MapGet("/tip", GetTip.Handle);

        var topUps = app.MapGroup("/v1/wallet/top-ups").WithTags("Wallet").RequireAuthorization();
        topUps.MapPost("", TopUpWallet.Handle).Idempotent();
        topUps.MapGet("/{topUpId:guid}", GetTopUp.Handle);

        var account = app.MapGroup("/v1/me/bank-account").WithTags("Payouts").RequireAuthorization(Policies.Driver);
        account.MapGet("", GetBankAccount.Handle);
        account.MapPut("", SetBankAccount.Handle).Idempotent();
        account.MapDelete("", RemoveBankAccount.Handle).Idempotent();

        var ops = app.MapGroup("/v1/ops/rides/{rideId:guid}/payment").WithTags("Operators").RequireAuthorization(Policies.Operator);
        ops.MapGet("", GetPaymentForOperators.Handle);
        ops.MapPost("/refund", RefundExcess.Handle).Idempotent();
        ops.MapPost("/refund/{repaymentId:guid}/approve", ApproveRefund.Handle).Idempotent();
        ops.MapPost("/refund/{repaymentId:guid}/reject", RejectRefund.Handle).Idempotent();
        ops.MapPost("/closures", CloseOrder.Handle).Idempotent();
        ops.MapPost("/closures/{closureId:guid}/approve", ApproveClosure.Handle).Idempotent();
        ops.MapPost("/closures/{closureId:guid}/reject", RejectClosure.Handle).Idempotent();

        var disputes = app.MapGroup("/v1/ops/disputes").WithTags("Operators").RequireAuthorization(Policies.Operator);
        disputes.MapGet("", ListDisputes.Handle);
        disputes.MapGet("/{disputeId:guid}", GetDispute.Handle);
        disputes.MapPost("/{disputeId:guid}/evidence", SubmitEvidence.Handle).Idempotent();

        var reconciliations = app.MapGroup("/v1/ops/reconciliations").WithTags("Operators").RequireAuthorization(Policies.Operator);
        reconciliations.MapGet("", ListReconciliations.Handle);
        reconciliations.MapGet("/{day}", GetReconciliation.Handle);
        reconciliations.MapPost("/{day}/run", RunReconciliation.Handle).Idempotent();

        app.MapGet("/internal/rides/{rideId:guid}/money", GetMoneyOfRide.Handle).RequireServiceKey("billing");
        app.MapPost("/v1/webhooks/sandbox", ReceiveSandboxWebhook.Handle).WithTags("Webhooks").AllowAnonymous();
        app.MapPost("/v1/webhooks/stripe", ReceiveStripeWebhook.Handle).WithTags("Webhooks").AllowAnonymous();
    }
}
