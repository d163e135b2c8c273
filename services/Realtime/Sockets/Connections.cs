using System.Collections.Concurrent;
using System.Net.WebSockets;
using StackExchange.Redis;

namespace Tumpang.Realtime.Sockets;

/// <summary>The sockets that this copy holds, one per user: the newest wins, here and across copies.</summary>
sealed partial class Connections(IDatabase redis, ILogger<Connections> logger)
{
    readonly ConcurrentDictionary<Guid, Connection> byUser = new();

    /// <summary>This process, among the copies; a fresh one at every start.</summary>
    public string Copy { get; } = Guid.NewGuid().ToString("n");

    public IReadOnlyCollection<Connection> All => (IReadOnlyCollection<Connection>)byUser.Values;

    /// <summary>The connection takes the user's place; an older one, wherever it is, is closed.</summary>
    public async Task Enter(Connection connection)
    {
        Connection? older = null;
        byUser.AddOrUpdate(connection.UserId, connection, (_, before) =>
        {
            older = before;
            return connection;
        });
        older?.Close(CloseCode.Replaced, "a newer connection of this user took over");
        await Presence.Take(redis, Copy, connection);
    }

    /// <summary>Only this very connection leaves: a newer one of the same user stays.</summary>
    public async Task Leave(Connection connection)
    {
        byUser.TryRemove(KeyValuePair.Create(connection.UserId, connection));
        try
        {
            await Presence.Leave(redis, Copy, connection);
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            // The entry expires by itself.
            CouldNotLeave(exception.Message);
        }
    }

    /// <summary>There is something new in this user's inbox.</summary>
    public void Wake(Guid user)
    {
        if (byUser.TryGetValue(user, out var connection))
        {
            connection.Wake();
        }
    }

    /// <summary>The user has a newer socket, perhaps at another copy.</summary>
    public void Replaced(Guid user, Guid newest)
    {
        if (byUser.TryGetValue(user, out var connection) && connection.Id.CompareTo(newest) < 0)
        {
            connection.Close(CloseCode.Replaced, "a newer connection of this user took over");
        }
    }

    [LoggerMessage(LogLevel.Debug, "Presence could not be taken back: {Reason}")]
    partial void CouldNotLeave(string reason);
}

/// <summary>Why we close a socket, in the range that RFC 6455 leaves to applications.</summary>
static class CloseCode
{
    public const WebSocketCloseStatus Replaced = (WebSocketCloseStatus)4000;
    public const WebSocketCloseStatus TokenExpired = (WebSocketCloseStatus)4003;
}
