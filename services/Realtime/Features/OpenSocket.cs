using System.Net.WebSockets;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Tumpang.Realtime.Positions;
using Tumpang.Realtime.Sockets;
using Tumpang.ServiceDefaults;
using Tumpang.ServiceDefaults.Security;

namespace Tumpang.Realtime.Features;

/// <summary>A phone opens its push connection. The protocol is described in docs/websocket.md.</summary>
static class OpenSocket
{
    const string Protocol = "tumpang.v1";
    const string TokenPrefix = "bearer.";

    public static async Task Handle(
        HttpContext http, TokenIssuer tokens, InboxStore inboxes, Connections connections, PositionLanes positions, IOptions<RealtimeOptions> options,
        RealtimeMetrics metrics, string? lastId = null)
    {
        if (await WhoIs(http, tokens) is not var (user, tokenExpiresAt))
        {
            await Refuse(http, new(401, "unauthenticated", "The socket needs an access token: in the header Authorization, or as a subprotocol bearer.<token>."));
            return;
        }

        if (!http.WebSockets.IsWebSocketRequest)
        {
            await Refuse(http, new(400, "websocket-expected", "This address speaks WebSocket only."));
            return;
        }

        if (lastId is not null && !IsStreamId(lastId))
        {
            await Refuse(http, Problem.Invalid("lastId", "lastId is the id of a frame that this socket has sent."));
            return;
        }

        using var socket = await http.WebSockets.AcceptWebSocketAsync(Accept(http, options.Value));
        var connection = new Connection(socket, user, tokenExpiresAt, inboxes, positions, options.Value, metrics);
        metrics.Opened();
        try
        {
            // First known, then resumed: an event in between wakes a connection that is not listening yet, and is found by its first look.
            await connections.Enter(connection);
            await connection.Live(await connection.Resume(lastId), http.Abort);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            // Without its inbox a socket is of no use: the phone comes back.
            socket.Abort();
        }
        finally
        {
            metrics.Closed();
            await connections.Leave(connection);
        }
    }

    static async Task<(CurrentUser User, DateTimeOffset ExpiresAt)?> WhoIs(HttpContext http, TokenIssuer tokens)
    {
        var header = await http.AuthenticateAsync();
        if (header is { Succeeded: true, Principal: { } principal, Properties.ExpiresUtc: { } expires } && CurrentUser.From(principal) is { } user)
        {
            return (user, expires);
        }

        var protocol = http.WebSockets.WebSocketRequestedProtocols.FirstOrDefault(each => each.StartsWith(TokenPrefix, StringComparison.Ordinal));
        return protocol is null ? null : tokens.ReadAccessToken(protocol[TokenPrefix.Length..]);
    }

    static WebSocketAcceptContext Accept(HttpContext http, RealtimeOptions options) => new()
    {
        SubProtocol = http.WebSockets.WebSocketRequestedProtocols.Contains(Protocol) ? Protocol : null,
        KeepAliveInterval = options.PingEvery,
        KeepAliveTimeout = options.PingEvery * 2,
    };

    static bool IsStreamId(string id) => id.Split('-') is [var time, var number] && ulong.TryParse(time, out _) && ulong.TryParse(number, out _);

    static Task Refuse(HttpContext http, Problem problem) => problem.ToHttp().ExecuteAsync(http);
}
