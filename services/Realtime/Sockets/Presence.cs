using StackExchange.Redis;
using Tumpang.ServiceDefaults;

namespace Tumpang.Realtime.Sockets;

/// <summary>Which copy holds a user's socket. Lost with Redis, and back with the next heartbeat.</summary>
static class Presence
{
    /// <summary>Survives two missed refreshes.</summary>
    static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(45);

    /// <summary>Told to all copies, so that whoever holds an older socket of that user closes it.</summary>
    public const string ReplacedChannel = "realtime:replaced";

    public static string Key(Guid user) => $"realtime:{{{user:n}}}:holder";

    public static string WakeChannel(string copy) => $"realtime:wake:{copy}";

    /// <summary>Ids are ordered by time, in their text too; the script keeps the newest, so that of many sockets opened at once exactly one stays.</summary>
    const string TakeScript = """
        local holder = redis.call('GET', KEYS[1])
        if holder and string.sub(holder, 33) > ARGV[2] then return 0 end
        redis.call('SET', KEYS[1], ARGV[1] .. ARGV[2], 'PX', ARGV[3])
        redis.call('PUBLISH', ARGV[4], ARGV[5] .. ARGV[2])
        return 1
        """;

    /// <summary>This copy holds the user's newest socket now; false when an even newer one is known.</summary>
    public static async Task<bool> Take(IDatabase redis, string copy, Connection connection)
    {
        RedisValue[] values = [copy, $"{connection.Id:n}", (long)Lifetime.TotalMilliseconds, ReplacedChannel, $"{connection.UserId:n}"];
        return (long)await redis.ScriptEvaluateAsync(TakeScript, [Key(connection.UserId)], values).Soon() == 1;
    }

    /// <summary>One look at both keys, for a look at the inbox of every phone, one by one, was most of what an idle crowd cost.</summary>
    const string RefreshScript = """
        local holder = redis.call('GET', KEYS[1])
        if not holder or holder == ARGV[1] then redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) end
        return #redis.call('XRANGE', KEYS[2], ARGV[3], '+', 'COUNT', 1)
        """;

    /// <summary>Refreshes the holder, unless a newer socket has taken the place meanwhile. True when the inbox holds something that was not sent.</summary>
    public static async Task<bool> Refresh(IDatabase redis, string copy, Connection connection)
    {
        RedisValue[] values = [$"{copy}{connection.Id:n}", (long)Lifetime.TotalMilliseconds, $"({connection.Cursor}"];
        return (long)await redis.ScriptEvaluateAsync(RefreshScript, [Key(connection.UserId), InboxStore.Key(connection.UserId)], values).Soon() > 0;
    }

    /// <summary>Leaves, unless a newer socket has taken the place.</summary>
    public static Task Leave(IDatabase redis, string copy, Connection connection) =>
        redis.ScriptEvaluateAsync(
            "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end", [Key(connection.UserId)], [$"{copy}{connection.Id:n}"]).Soon();
}
