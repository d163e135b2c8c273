using System.Net.WebSockets;
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
    const string Scheme = "Bearer ";

    public static async Task Handle(
        HttpContext http, TokenIssuer tokens, InboxStore inboxes, Connections connections, PositionLanes positions, IOptions<RealtimeOptions> options,
        RealtimeMetrics metrics, string? lastId = null)
    {
        if (WhoIs(http, tokens) is not var (user, tokenExpiresAt))
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
        // The request lives as long as its socket; the token that it came with has been used.
        http.Request.Headers.Authorization = http.Request.Headers.SecWebSocketProtocol = default;
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

    static (CurrentUser User, DateTimeOffset ExpiresAt)? WhoIs(HttpContext http, TokenIssuer tokens)
    {
        var header = http.Request.Headers.Authorization.ToString();
        var fromHeader = header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? tokens.ReadAccessToken(header[Scheme.Length..]) : null;
        var protocol = http.WebSockets.WebSocketRequestedProtocols.FirstOrDefault(each => each.StartsWith(TokenPrefix, StringComparison.Ordinal));
        return fromHeader ?? (protocol is null ? null : tokens.ReadAccessToken(protocol[TokenPrefix.Length..]));
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
