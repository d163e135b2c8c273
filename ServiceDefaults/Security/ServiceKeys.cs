using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Tumpang.ServiceDefaults;

/// <summary>Service-to-service keys: one per caller, compared in constant time. An internal route names the callers it serves.</summary>
public static class ServiceKeys
{
    internal const string CallerHeader = "X-Service-Name";
    internal const string KeyHeader = "X-Service-Key";

    /// <summary>Opens a route to these services, and to nobody else, whatever bearer token they show.</summary>
    public static TBuilder RequireServiceKey<TBuilder>(this TBuilder routes, params string[] callers)
        where TBuilder : IEndpointConventionBuilder
    {
        routes.AllowAnonymous();
        routes.ExcludeFromDescription();
        return routes.AddEndpointFilter((context, next) => IsKnown(context.HttpContext, callers)
            ? next(context)
            : ValueTask.FromResult<object?>(new Problem(401, "unauthenticated", "This route is for services of the fleet.").ToHttp()));
    }

    static bool IsKnown(HttpContext http, string[] callers)
    {
        if (http.Request.Headers[CallerHeader] is not [{ } caller] || http.Request.Headers[KeyHeader] is not [{ } shown] || !callers.Contains(caller))
        {
            return false;
        }

        var expected = http.RequestServices.GetRequiredService<IConfiguration>()[$"ServiceKeys:Callers:{caller}"];
        return !string.IsNullOrEmpty(expected) && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(shown));
    }
}
