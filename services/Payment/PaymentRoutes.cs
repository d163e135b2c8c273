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
        methods.MapPost("", AddPaymentMethod.Handle).Idempotent();
        methods.MapPut("/{paymentMethodId:guid}/default", MakeDefaultPaymentMethod.Handle).Idempotent();
        methods.MapDelete("/{paymentMethodId:guid}", RemovePaymentMethod.Handle).Idempotent();

        var payment = app.MapGroup("/v1/rides/{rideId:guid}/payment").WithTags("Payments").RequireAuthorization();
        payment.MapGet("", GetPayment.Handle);
        payment.MapPost("/cash-received", ConfirmCashReceived.Handle).RequireAuthorization(Policies.Driver).Idempotent();
        payment.MapPost("/retry", RetryPayment.Handle).Idempotent();

        var account = app.MapGroup("/v1/me/bank-account").WithTags("Payouts").RequireAuthorization(Policies.Driver);
        account.MapGet("", GetBankAccount.Handle);
        account.MapPut("", SetBankAccount.Handle).Idempotent();
        account.MapDelete("", RemoveBankAccount.Handle).Idempotent();

        var ops = app.MapGroup("/v1/ops/rides/{rideId:guid}/payment").WithTags("Operators").RequireAuthorization(Policies.Operator);
        ops.MapGet("", GetPaymentForOperators.Handle);
        ops.MapPost("/refund", RefundExcess.Handle).Idempotent();
        ops.MapPost("/closures", CloseOrder.Handle).Idempotent();
        ops.MapPost("/closures/{closureId:guid}/approve", ApproveClosure.Handle).Idempotent();
        ops.MapPost("/closures/{closureId:guid}/reject", RejectClosure.Handle).Idempotent();

        app.MapPost("/v1/webhooks/sandbox", ReceiveSandboxWebhook.Handle).WithTags("Webhooks").AllowAnonymous();
    }
}
