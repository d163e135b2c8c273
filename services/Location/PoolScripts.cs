using StackExchange.Redis;
using Tumpang.Locations.Mirror;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations;

/// <summary>
/// The pool's Lua. Each script is one atomic step, so that geo set, seen set and feed never disagree, and a driver who has just become
/// busy on one copy is not put back by a position that another copy read a moment before. Scripts that change a pool have the feed's keys as their last.
/// </summary>
static class PoolScripts
{
    /// <summary>
    /// Keys: driver hash, then (positions, seen) per class. Arguments: member, version, city, class, online, ride, track ride,
    /// believed until (system ms), TTL ms, index of the class whose pool the driver may be in (0 = none), zone of the queue, system ms.
    /// News of a change that comes after the next one has been announced is not believed: that one may be committed by now.
    /// </summary>
    public const string Remember = $$"""
        {{FeedScripts.Tell}}local known = redis.call('HMGET', KEYS[1], 'version', 'coming', 'hold')
        if known[1] and tonumber(known[1]) > tonumber(ARGV[2]) then return 0 end
        local believed = ARGV[8]
        if known[2] and tonumber(known[2]) <= tonumber(ARGV[2]) then redis.call('HDEL', KEYS[1], 'hold', 'coming')
        elseif known[3] and tonumber(known[3]) > tonumber(ARGV[12]) then believed = 0 end
        if redis.call('HGET', KEYS[1], 'queue') ~= ARGV[11] then redis.call('HDEL', KEYS[1], 'outside') end
        redis.call('HSET', KEYS[1], 'version', ARGV[2], 'city', ARGV[3], 'class', ARGV[4], 'online', ARGV[5],
            'ride', ARGV[6], 'track', ARGV[7], 'until', believed, 'queue', ARGV[11])
        redis.call('PEXPIRE', KEYS[1], ARGV[9])
        local left = {}
        for class = 1, (#KEYS - 3) / 2 do
            if class ~= tonumber(ARGV[10]) then
                if redis.call('ZREM', KEYS[2 * class], ARGV[1]) == 1 then left[#left + 1] = (class - 1) .. ARGV[1] end
                redis.call('ZREM', KEYS[2 * class + 1], ARGV[1])
            end
        end
        if #left > 0 then tell('out', left, ARGV[9]) end
        return 1
        """;

    /// <summary>
    /// Takes a driver out at once and keeps them out until the change that follows is committed and remembered, or this hold has run
    /// out. Keys as above. Arguments: member, version that is coming, hold until (system ms), TTL ms.
    /// </summary>
    public const string Withdraw = $$"""
        {{FeedScripts.Tell}}redis.call('HSET', KEYS[1], 'coming', ARGV[2], 'hold', ARGV[3], 'until', 0)
        redis.call('PEXPIRE', KEYS[1], ARGV[4])
        local left = {}
        for class = 1, (#KEYS - 3) / 2 do
            if redis.call('ZREM', KEYS[2 * class], ARGV[1]) == 1 then left[#left + 1] = (class - 1) .. ARGV[1] end
            redis.call('ZREM', KEYS[2 * class + 1], ARGV[1])
        end
        if #left > 0 then tell('out', left, ARGV[4]) end
        """;

    /// <summary>
    /// Any number of drivers. Keys per driver: hash, positions, seen. Arguments: system ms, TTL ms, then per driver: member, version,
    /// city ms, latitude, longitude, 1 when available, and the change for the feed. Only forwards in time, and only under the version that was read.
    /// </summary>
    public const string Place = $$"""
        {{FeedScripts.Tell}}local pools, here = {}, {}
        for driver = 1, (#KEYS - 2) / 3 do
            local key, arg = 3 * driver - 2, 7 * driver - 4
            local known = redis.call('HMGET', KEYS[key], 'version', 'at', 'hold')
            local later = known[2] and tonumber(known[2]) >= tonumber(ARGV[arg + 2])
            local held = known[3] and tonumber(known[3]) > tonumber(ARGV[1])
            if known[1] == ARGV[arg + 1] and not later and not held then
                redis.call('HSET', KEYS[key], 'at', ARGV[arg + 2], 'latitude', ARGV[arg + 3], 'longitude', ARGV[arg + 4])
                redis.call('PEXPIRE', KEYS[key], ARGV[2])
                if ARGV[arg + 5] == '1' then
                    redis.call('GEOADD', KEYS[key + 1], ARGV[arg + 4], ARGV[arg + 3], ARGV[arg])
                    redis.call('ZADD', KEYS[key + 2], ARGV[arg + 2], ARGV[arg])
                    pools[KEYS[key + 1]], pools[KEYS[key + 2]] = true, true
                    here[#here + 1] = ARGV[arg + 6]
                end
            end
        end
        for pool in pairs(pools) do redis.call('PEXPIRE', pool, ARGV[2]) end
        if #here > 0 then tell('in', here, ARGV[2]) end
        """;

    /// <summary>
    /// Keys: positions, seen. Arguments: longitude, latitude, radius m, limit, oldest city ms, then members to leave out.
    /// Redis sorts everybody within the radius, however few are asked for; so the radius grows from a block to the wanted one, and where drivers are
    /// many it stays small. More are looked at only while silent or excluded drivers crowd out the wanted ones.
    /// </summary>
    public const string Nearby = """
        local limit, oldest, skip = tonumber(ARGV[4]), tonumber(ARGV[5]), {}
        for index = 6, #ARGV do skip[ARGV[index]] = true end
        local count, widest = limit + #ARGV - 5 + 8, tonumber(ARGV[3])
        local radius = math.min(widest, 100)
        while true do
            local hits = redis.call('GEOSEARCH', KEYS[1], 'FROMLONLAT', ARGV[1], ARGV[2], 'BYRADIUS', radius, 'm', 'ASC', 'COUNT', count, 'WITHCOORD', 'WITHDIST')
            local found = {}
            for _, hit in ipairs(hits) do
                local seen = not skip[hit[1]] and redis.call('ZSCORE', KEYS[2], hit[1])
                if seen and tonumber(seen) >= oldest then
                    for _, value in ipairs({ hit[1], hit[2], hit[3][2], hit[3][1], seen }) do found[#found + 1] = value end
                    if #found == 5 * limit then return found end
                end
            end
            if #hits == count then count = count * 4
            elseif radius >= widest then return found
            else radius = math.min(widest, radius * 2) end
        end
        """;

    /// <summary>Key: driver hash. A driver who is not known is not counted, so that no hash is made that never expires.</summary>
    public const string CountOutsidePing = """
        if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
        return redis.call('HINCRBY', KEYS[1], 'outside', 1)
        """;

    /// <summary>
    /// Keys: positions, seen. Arguments: oldest city ms, how many at most, number of the class, TTL ms. Returns how many silent drivers left the pool.
    /// </summary>
    public const string Sweep = $$"""
        {{FeedScripts.Tell}}local silent = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', '(' .. ARGV[1], 'LIMIT', 0, ARGV[2])
        if #silent > 0 then
            redis.call('ZREM', KEYS[1], unpack(silent))
            redis.call('ZREM', KEYS[2], unpack(silent))
            for index, member in ipairs(silent) do silent[index] = ARGV[3] .. member end
            tell('out', silent, ARGV[4])
        end
        return #silent
        """;

    /// <summary>Runs a script. A restarted Redis has lost all of them, and the client learns of it by the first failure.</summary>
    public static async Task<RedisResult> Run(this IDatabase redis, string script, RedisKey[] keys, RedisValue[] values)
    {
        try
        {
            return await redis.ScriptEvaluateAsync(script, keys, values).Soon();
        }
        catch (RedisServerException exception) when (exception.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal))
        {
            return await redis.ScriptEvaluateAsync(script, keys, values).Soon();
        }
    }
}
