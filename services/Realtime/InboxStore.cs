using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Tumpang.Realtime.Sockets;
using Tumpang.ServiceDefaults;

namespace Tumpang.Realtime;

/// <summary>An event in an inbox.</summary>
/// <param name="Id">Its place, ordered; what a phone names when it comes back.</param>
readonly record struct InboxEntry(string Id, byte[] Frame);

/// <summary>
/// A Redis stream per user: what was pushed, in order, for as long as a phone may be away. May be lost at any time; then phones are told to
/// read the present state over HTTP. All keys of a user share a hash tag, so that a cluster keeps them together.
/// </summary>
sealed class InboxStore(IDatabase redis, IOptions<RealtimeOptions> options, RealtimeMetrics metrics)
{
    /// <summary>A page of a phone's backlog; a shorter one is the last.</summary>
    public const int PageSize = 100;

    /// <summary>How long an event id is remembered against a second delivery: as long as a broker may redeliver after a wipe.</summary>
    static readonly TimeSpan DuplicateMemory = TimeSpan.FromHours(1);

    /// <summary>
    /// Appends once per event id and wakes the copy that holds the user's socket. One script, so that between the check and the append
    /// nothing can come.
    /// </summary>
    const string AppendScript = """
        if not redis.call('SET', KEYS[2], 1, 'NX', 'PX', ARGV[4]) then return 0 end
        redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], '*', 'f', ARGV[1])
        redis.call('PEXPIRE', KEYS[1], ARGV[3])
        local holder = redis.call('GET', KEYS[3])
        if holder then redis.call('PUBLISH', 'realtime:wake:' .. string.sub(holder, 1, 32), ARGV[5]) end
        return 1
        """;

    readonly RealtimeOptions options = options.Value;

    /// <summary>Puts an event into a user's inbox; nothing happens when it is there already.</summary>
    public async Task Append(Guid user, Guid eventId, byte[] frame)
    {
        RedisKey[] keys = [Key(user), $"realtime:{{{user:n}}}:seen:{eventId:n}", Presence.Key(user)];
        RedisValue[] values =
            [frame, options.InboxLength, (long)options.InboxLifetime.TotalMilliseconds, (long)DuplicateMemory.TotalMilliseconds, user.ToString("n")];
        await redis.ScriptEvaluateAsync(AppendScript, keys, values).Soon();
        metrics.Appended();
    }

    /// <summary>Up to a page of what came after <paramref name="id"/>, oldest first.</summary>
    public async Task<IReadOnlyList<InboxEntry>> ReadAfter(Guid user, string id) =>
        Entries(await redis.ExecuteAsync("XRANGE", Key(user), $"({id}", "+", "COUNT", PageSize).Soon());

    /// <summary>True when the cursor still stands in the inbox, so that nothing behind it can be missing.</summary>
    public async Task<bool> Holds(Guid user, string id) =>
        Entries(await redis.ExecuteAsync("XRANGE", Key(user), id, id).Soon()).Count == 1;

    /// <summary>The newest place in the inbox; the beginning of all places when it is empty.</summary>
    public async Task<string> Newest(Guid user) =>
        Entries(await redis.ExecuteAsync("XREVRANGE", Key(user), "+", "-", "COUNT", 1).Soon()) is [var newest] ? newest.Id : "0-0";

    public static string Key(Guid user) => $"realtime:{{{user:n}}}:inbox";

    static List<InboxEntry> Entries(RedisResult result)
    {
        var entries = new List<InboxEntry>();
        foreach (var entry in (RedisResult[])result)
        {
            var parts = (RedisResult[])entry;
            entries.Add(new((string)parts[0]!, (byte[])((RedisResult[])parts[1])[1]!));
        }

        return entries;
    }
}
