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

    /// <summary>
    /// One of several parts of all sockets; a user is always in the same one. Walking along takes no lock, for sockets come and go meanwhile,
    /// and touches no socket of another part.
    /// </summary>
    public IEnumerable<Connection> Part(int part, int parts) => byUser.Where(entry => (uint)entry.Key.GetHashCode() % parts == part).Select(entry => entry.Value);

    /// <summary>The newest connection of a user takes the place; any other, wherever it is, is closed. That may be this one.</summary>
    public async Task Enter(Connection connection)
    {
        var newest = byUser.AddOrUpdate(connection.UserId, connection, (_, known) => known.Id.CompareTo(connection.Id) > 0 ? known : Closed(known, connection));
        if (newest != connection || !await Presence.Take(redis, Copy, connection))
        {
            Close(connection);
        }
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
            Close(connection);
        }
    }

    static Connection Closed(Connection older, Connection newer)
    {
        Close(older);
        return newer;
    }

    static void Close(Connection connection) => connection.Close(CloseCode.Replaced, "a newer connection of this user took over");

    [LoggerMessage(LogLevel.Debug, "Presence could not be taken back: {Reason}")]
    partial void CouldNotLeave(string reason);
}

/// <summary>Why we close a socket, in the range that RFC 6455 leaves to applications.</summary>
static class CloseCode
{
    public const WebSocketCloseStatus Replaced = (WebSocketCloseStatus)4000;
    public const WebSocketCloseStatus TokenExpired = (WebSocketCloseStatus)4003;
}
