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
        provider.MapPost("/payments/refunds", RefundCharge.Handle);
        provider.MapGet("/payments/refunds", GetRefund.HandleByKey);
        provider.MapPost("/payments/transfers", CreateTransfer.Handle);
        provider.MapGet("/payments/transfers", GetTransfer.HandleByKey);

        if (app.Environment.IsDevelopment())
        {
            app.MapGet("/sandbox/sms/{phoneNumber}", ReadInbox.Handle).WithTags("Sandbox").AllowAnonymous();
        }
    }
}
