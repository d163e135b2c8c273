using Tumpang.ServiceDefaults;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Model;

namespace Tumpang.Gateway;

/// <summary>
/// What happens when a copy does not answer. What was certainly not acted upon goes to another copy; everything else is answered
/// with a problem that says whether anything may have happened.
/// </summary>
internal static class DeadServices
{
    static readonly Problem Unavailable = new(503, "unavailable", "A part of the fleet is not reachable right now; nothing was changed.")
    {
        RetryAfterSeconds = 1,
    };

    static readonly Problem NoAnswer =
        new(504, "no-answer", "A part of the fleet did not answer. Read the state again, or repeat with the same Idempotency-Key.") { RetryAfterSeconds = 1 };

    static readonly Problem TooLarge = new(413, "too-large", "The body is larger than this endpoint accepts.");

    static readonly Problem BrokenBody = new(400, "invalid-request", "The body did not arrive whole.");

    public static void UseDeadServices(this IReverseProxyApplicationBuilder proxy) => proxy.Use(Run);

    static async Task Run(HttpContext http, RequestDelegate next)
    {
        await next(http);
        if (http.GetForwarderErrorFeature() is { } failure && ElseWhere(http, failure) is { } others)
        {
            http.GetReverseProxyFeature().AvailableDestinations = others;
            http.Features.Set<IForwarderErrorFeature>(null);
            http.Response.StatusCode = StatusCodes.Status200OK;
            await next(http);
        }

        if (http.GetForwarderErrorFeature() is { } error && !http.Response.HasStarted && !http.RequestAborted.IsCancellationRequested)
        {
            http.Response.Clear();
            await Explain(http, error).ToHttp().ExecuteAsync(http);
        }
    }

    /// <summary>The other copies, when the request may be sent to one of them; null otherwise.</summary>
    static List<DestinationState>? ElseWhere(HttpContext http, IForwarderErrorFeature failure)
    {
        var proxied = http.GetReverseProxyFeature();
        if (http.Response.HasStarted || http.RequestAborted.IsCancellationRequested || !(WasNotSent(failure) || IsPlainRead(http, failure)))
        {
            return null;
        }

        List<DestinationState> others = [.. proxied.AllDestinations.Where(copy => copy != proxied.ProxiedDestination)];
        return others.Count > 0 ? others : null;
    }

    /// <summary>No connection came about, so the body has not been touched either.</summary>
    static bool WasNotSent(IForwarderErrorFeature failure) => failure is
    {
        Error: ForwarderError.Request,
        Exception: HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError }
    };

    static bool IsPlainRead(HttpContext http, IForwarderErrorFeature failure) =>
        failure.Error is ForwarderError.Request && HttpMethods.IsGet(http.Request.Method) && !http.WebSockets.IsWebSocketRequest;

    static Problem Explain(HttpContext http, IForwarderErrorFeature failure) => failure switch
    {
        { Error: ForwarderError.NoAvailableDestinations } => Unavailable,
        { Exception: BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } } => TooLarge,
        { Exception: { InnerException: BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } } } => TooLarge,
        { Error: ForwarderError.RequestBodyClient } => BrokenBody,
        _ when WasNotSent(failure) || IsPlainRead(http, failure) => Unavailable,
        _ => NoAnswer,
    };
}
