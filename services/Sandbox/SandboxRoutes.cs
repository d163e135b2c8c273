using Tumpang.Sandbox.Features;

namespace Tumpang.Sandbox;

/// <summary>Everything that can be asked of the outside world. Callers are known by the provider key, not by our tokens.</summary>
static class SandboxRoutes
{
    public static void MapSandboxRoutes(this WebApplication app)
    {
        var provider = app.MapGroup("/sandbox").WithTags("Sandbox").AllowAnonymous().RequireProviderKey();
        provider.MapPost("/sms", SendMessage.Handle);
        provider.MapPost("/payments/charges", CreateCharge.Handle);
        provider.MapGet("/payments/charges", GetCharge.HandleByKey);
        provider.MapGet("/payments/charges/{chargeId:guid}", GetCharge.Handle);
        provider.MapPost("/payments/authorisations", CreateAuthorisation.Handle);
        provider.MapGet("/payments/authorisations", GetAuthorisation.HandleByKey);
        provider.MapPost("/payments/authorisations/{authorisationId:guid}/captures", CaptureAuthorisation.Handle);
        provider.MapPost("/payments/authorisations/{authorisationId:guid}/void", VoidAuthorisation.Handle);
        provider.MapPost("/payments/codes", CreateCode.Handle);
        provider.MapGet("/payments/codes", GetCode.HandleByKey);
        provider.MapDelete("/payments/codes", CloseCode.Handle);
        provider.MapPost("/payments/refunds", RefundCharge.Handle);
        provider.MapGet("/payments/refunds", GetRefund.HandleByKey);
        provider.MapGet("/payments/settlements/{day}", GetSettlement.Handle);
        provider.MapPost("/payments/settlements/{day}/close", GetSettlement.HandleClose);
        provider.MapPost("/payments/disputes", OpenDispute.Handle);
        provider.MapGet("/payments/disputes/{disputeId:guid}", GetDispute.Handle);
        provider.MapPost("/payments/disputes/{disputeId:guid}/evidence", SubmitEvidence.Handle);
        provider.MapPost("/payments/disputes/{disputeId:guid}/decision", DecideDispute.Handle);
        provider.MapPost("/payments/transfers", CreateTransfer.Handle);
        provider.MapGet("/payments/transfers", GetTransfer.HandleByKey);
        provider.MapPost("/payments/transfers/{transferId:guid}/return", ReturnTransfer.Handle);

        if (app.Environment.IsDevelopment())
        {
            app.MapGet("/sandbox/sms/{phoneNumber}", ReadInbox.Handle).WithTags("Sandbox").AllowAnonymous();
            app.MapGet("/sandbox/pay/{codeId:guid}", PayCode.HandlePage).WithTags("Sandbox").AllowAnonymous();
            app.MapPost("/sandbox/pay/{codeId:guid}", PayCode.Handle).WithTags("Sandbox").AllowAnonymous();
        }
    }
}
