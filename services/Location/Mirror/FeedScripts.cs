namespace Tumpang.Locations.Mirror;

/// <summary>
/// The Lua of the feed: a stream per city of what changed in its pools, in the order in which it did. Every entry names the one before it, so that whoever
/// follows knows that nothing is missing: not after a lost connection, a flush, an entry that was dropped, or a server that came back with an older state.
/// </summary>
static class FeedScripts
{
    /// <summary>
    /// For scripts that change pools, whose last keys are those of the feed. Of the entries eight thousand are kept: seconds at the pace of a large city;
    /// who is away for longer reads the pools anew.
    /// </summary>
    public const string Tell = """
        local function tell(kind, changes, ttl)
            local tail, feed = KEYS[#KEYS - 1], KEYS[#KEYS]
            local before = redis.call('GET', tail) or ''
            local entry = redis.call('XADD', feed, 'MAXLEN', '~', 8192, '*', 'after', before, kind, table.concat(changes))
            redis.call('SET', tail, entry, 'PX', ttl)
            redis.call('PEXPIRE', feed, ttl)
            return entry
        end

        """;

    /// <summary>Where the feed stands; begins one where there is none. Keys: those of the feed. Argument: TTL ms.</summary>
    public const string Begin = $"{Tell}return redis.call('GET', KEYS[1]) or tell('in', {{}}, ARGV[1])";

    /// <summary>
    /// Keys: those of the feed. Arguments: the last entry read, the last one wanted, how many at most. Returns where the feed stands, and the entries.
    /// </summary>
    public const string Follow = """
        local tail = redis.call('GET', KEYS[1])
        if not tail or tail == ARGV[1] then return { tail, {} } end
        return { tail, redis.call('XRANGE', KEYS[2], '(' .. ARGV[1], ARGV[2], 'COUNT', ARGV[3]) }
        """;

    /// <summary>
    /// Keys: positions, seen, those of the feed. Arguments: first and last rank. Returns where the feed stands, how many drivers there are, and of those
    /// between the ranks: member, place, time.
    /// </summary>
    public const string Page = """
        local page, drivers, members = redis.call('ZRANGE', KEYS[1], ARGV[1], ARGV[2], 'WITHSCORES'), {}, {}
        for index = 1, #page, 2 do members[#members + 1] = page[index] end
        local seen = #members > 0 and redis.call('ZMSCORE', KEYS[2], unpack(members)) or {}
        for index, member in ipairs(members) do
            for _, value in ipairs({ member, page[2 * index], seen[index] or '0' }) do drivers[#drivers + 1] = value end
        end
        return { redis.call('GET', KEYS[3]), redis.call('ZCARD', KEYS[1]), drivers }
        """;
}
