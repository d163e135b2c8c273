using Tumpang.ServiceDefaults;
using Tumpang.Users.Features;

namespace Tumpang.Users;

/// <summary>Every way into the user service.</summary>
static class UserRoutes
{
    public static void MapUserRoutes(this WebApplication app)
    {
        // Answers that hold tokens are never stored: a login that lost its answer asks for another code, a refresh may be repeated under its key.
        var login = app.MapGroup("/v1").WithTags("Login").AllowAnonymous();
        login.MapPost("/otp", RequestOtp.Handle);
        login.MapPost("/sessions", LogIn.Handle);
        login.MapPost("/sessions/refresh", RefreshSession.Handle);

        app.MapDelete("/v1/sessions/current", LogOut.Handle).WithTags("Login").RequireAuthorization().Idempotent();

        var me = app.MapGroup("/v1/me").WithTags("Me").RequireAuthorization();
        me.MapGet("/", GetMe.Handle);
        me.MapPatch("/", ChangeMe.Handle).Idempotent();
        me.MapGet("/emergency-contacts", GetEmergencyContacts.Handle);
        me.MapPut("/emergency-contacts", SetEmergencyContacts.Handle).Idempotent();
        me.MapGet("/driver", GetDriver.Handle);
        me.MapPost("/driver", RegisterDriver.Handle).Idempotent();

        var drivers = app.MapGroup("/v1/drivers/{driverId:guid}").WithTags("Drivers").RequireAuthorization(Policies.Operator);
        drivers.MapPost("/approve", ApproveDriver.Handle).Idempotent();
        drivers.MapPost("/suspend", SuspendDriver.Handle).Idempotent();
    }
}
