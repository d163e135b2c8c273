using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Tumpang.ServiceDefaults;

namespace Tumpang.Users;

/// <summary>
/// One-time codes in Redis, hashed, one per number. Every step that counts is one script, so that callers in parallel, on any copy,
/// share the tries of one code, and one of them at most uses it up.
/// </summary>
sealed class OtpStore(IDatabase redis, PersonalData personalData, CityClock clock, IOptions<OtpOptions> options)
{
    const string Purpose = "login";
    const int CodesPossible = 1_000_000;

    /// <summary>A text message needs its seconds however fast the city's clock runs.</summary>
    static readonly TimeSpan ShortestLifetime = TimeSpan.FromSeconds(30);

    const string CountRequest = """
        local count = redis.call('INCR', KEYS[1])
        if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
        if count > tonumber(ARGV[1]) then return math.max(1, redis.call('PTTL', KEYS[1])) end
        return 0
        """;

    const string Replace = """
        redis.call('DEL', KEYS[1])
        redis.call('HMSET', KEYS[1], 'digest', ARGV[1], 'tries', ARGV[2])
        redis.call('PEXPIRE', KEYS[1], ARGV[3])
        """;

    const string TakeTry = """
        if redis.call('EXISTS', KEYS[1]) == 0 then return false end
        if redis.call('HINCRBY', KEYS[1], 'tries', -1) < 0 then return false end
        return redis.call('HGET', KEYS[1], 'digest')
        """;

    const string UseUp = """
        if redis.call('HGET', KEYS[1], 'digest') ~= ARGV[1] then return 0 end
        return redis.call('DEL', KEYS[1])
        """;

    /// <summary>How long a code lives, city time.</summary>
    public TimeSpan Lifetime { get; } = clock.ToSystem(options.Value.Lifetime) < ShortestLifetime ? ShortestLifetime * clock.Factor : options.Value.Lifetime;

    /// <summary>Counts a request for a code; how long to wait when there were too many, else null.</summary>
    public async Task<TimeSpan?> CountRequestFor(PhoneNumber phone)
    {
        var wait = (long)await Run(CountRequest, Key("otp-requests", phone), options.Value.RequestsPerWindow, Milliseconds(options.Value.RequestWindow));
        return wait > 0 ? TimeSpan.FromMilliseconds(wait) : null;
    }

    /// <summary>A new code; the one before it is void.</summary>
    public async Task<string> Issue(PhoneNumber phone)
    {
        var code = RandomNumberGenerator.GetInt32(CodesPossible).ToString("D6", CultureInfo.InvariantCulture);
        await Run(Replace, Key("otp", phone), personalData.DigestOf(phone, Purpose, code), options.Value.Tries, Milliseconds(Lifetime));
        return code;
    }

    /// <summary>True for the one caller who shows the right code in time, with a try left.</summary>
    public async Task<bool> Redeem(PhoneNumber phone, string code)
    {
        var expected = (byte[]?)await Run(TakeTry, Key("otp", phone));
        var shown = personalData.DigestOf(phone, Purpose, code);
        return expected is not null
            && CryptographicOperations.FixedTimeEquals(expected, shown)
            && (long)await Run(UseUp, Key("otp", phone), shown) == 1;
    }

    Task<RedisResult> Run(string script, RedisKey key, params RedisValue[] arguments) => redis.ScriptEvaluateAsync(script, [key], arguments).Soon();

    long Milliseconds(TimeSpan cityTime) => Math.Max(1, (long)clock.ToSystem(cityTime).TotalMilliseconds);

    RedisKey Key(string kind, PhoneNumber phone) => $"users:{kind}:{Convert.ToHexStringLower(personalData.IndexOf(phone))}";
}
