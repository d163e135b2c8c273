using Microsoft.AspNetCore.Authentication.BearerToken;

namespace Tumpang.Gateway;

/// <summary>
/// A browser cannot put a header on a WebSocket, so its token may come as a subprotocol: <c>tumpang.v1, bearer.&lt;token&gt;</c>.
/// Only on the socket's path; realtime reads it again in the same way.
/// </summary>
internal static class SocketTokens
{
    const string Path = "/v1/ws";
    const string Prefix = "bearer.";

    public static void AddSocketTokens(this IServiceCollection services) =>
        services.Configure<BearerTokenOptions>(BearerTokenDefaults.AuthenticationScheme, options => options.Events.OnMessageReceived = Read);

    static Task Read(MessageReceivedContext message)
    {
        if (message.Request.Path == Path && message.Request.Headers.Authorization.Count == 0)
        {
            message.Token = message.Request.Headers.SecWebSocketProtocol
                .SelectMany(value => (value ?? "").Split(',', StringSplitOptions.TrimEntries))
                .FirstOrDefault(protocol => protocol.StartsWith(Prefix, StringComparison.Ordinal))?[Prefix.Length..];
        }

        return Task.CompletedTask;
    }
}
