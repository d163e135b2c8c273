using Tumpang.ServiceDefaults;
using Yarp.ReverseProxy.Model;

namespace Tumpang.Gateway;

/// <summary>
/// Refuses a body that announces itself as too large before a byte of it is read. One without a length is cut off by the server
/// while it streams.
/// </summary>
internal static class BodyLimits
{
    static readonly Problem TooLarge = new(StatusCodes.Status413PayloadTooLarge, "too-large", "The body is larger than this endpoint accepts.");

    public static void UseBodyLimits(this IReverseProxyApplicationBuilder proxy) => proxy.Use((http, next) =>
        http.Request.ContentLength > http.GetReverseProxyFeature().Route.Config.MaxRequestBodySize
            ? TooLarge.ToHttp().ExecuteAsync(http)
            : next(http));
}
