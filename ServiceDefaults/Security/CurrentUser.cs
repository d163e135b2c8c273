using System.Reflection;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;

namespace Tumpang.ServiceDefaults;

/// <summary>Who is calling, from the access token and from nothing else. A parameter of any endpoint that requires authorization.</summary>
public sealed record CurrentUser(Guid Id, bool IsDriver, bool IsOperator, Guid SessionId)
{
    /// <summary>Lets minimal APIs bind it as a parameter.</summary>
    public static ValueTask<CurrentUser?> BindAsync(HttpContext http, ParameterInfo parameter) => ValueTask.FromResult(From(http.User));

    /// <summary>The user of a verified principal; null for nobody.</summary>
    public static CurrentUser? From(ClaimsPrincipal principal) =>
        Guid.TryParse(principal.FindFirstValue(ClaimNames.UserId), out var id)
            ? new(id, principal.IsInRole(Role.Driver), principal.IsInRole(Role.Operator), Guid.TryParse(principal.FindFirstValue(ClaimNames.SessionId), out var session) ? session : Guid.Empty)
            : null;
}

/// <summary>Names of the claims in an access token.</summary>
public static class ClaimNames
{
    public const string UserId = "sub";
    public const string SessionId = "sid";
    public const string Role = "role";
}

/// <summary>Roles in an access token. Everybody is a passenger.</summary>
public static class Role
{
    public const string Passenger = "passenger";
    public const string Driver = "driver";
    public const string Operator = "operator";
}

/// <summary>Names of authorization policies.</summary>
public static class Policies
{
    public const string Driver = "driver";
    public const string Operator = "operator";
}
