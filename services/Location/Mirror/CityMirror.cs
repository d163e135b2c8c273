using System.Buffers;
using System.Diagnostics;
using StackExchange.Redis;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations.Mirror;

/// <summary>
/// The pools of a city in memory, kept by one follower of the feed. Searches believe it only for a short time after the last moment at which it is known
/// to have been what Redis held, and are sent to Redis otherwise.
/// </summary>
sealed class CityMirror(City city, IDatabase redis, CityClock clock, LocationOptions rules, LocationMetrics metrics)
{
    const int EntriesAtOnce = 256, DriversPerPage = 500;

    static readonly VehicleClass[] Classes = Enum.GetValues<VehicleClass>();

    readonly RedisKey[] feed = PoolKeys.Feed(city.Id);
    readonly Grid grid = new(city.SouthWest, city.NorthEast);
    readonly int[] nextRank = new int[Classes.Length];
    volatile View? view;
    string? cursor;
    long askedAt;

    public string CityId => city.Id;

    /// <summary>When somebody searched last, as <see cref="Stopwatch"/> counts.</summary>
    public long AskedAt => Volatile.Read(ref askedAt);

    /// <summary>The nearest drivers, as the script of Redis would find them; null when the mirror may not be believed now.</summary>
    public IReadOnlyList<NearbyDriver>? Find(VehicleClass vehicleClass, Wanted wanted, int limit)
    {
        Volatile.Write(ref askedAt, Stopwatch.GetTimestamp());
        if (view is not { } now || !now.IsWithin(rules.MirrorBelievedFor)) return null;
        if (now.Known(vehicleClass) is not { } drivers) return [];

        var hits = ArrayPool<Hit>.Shared.Rent(limit);
        var found = new NearbyDriver[drivers.Find(wanted, hits.AsSpan(0, limit))];
        for (var place = 0; place < found.Length; place++) found[place] = hits[place].ToNearby();
        ArrayPool<Hit>.Shared.Return(hits, clearArray: true);
        return found;
    }

    /// <summary>Reads what has changed since the last time, or everything where the thread is lost. Then the mirror is what Redis held a moment ago.</summary>
    public async Task Follow()
    {
        if (cursor is null) await Rebuild("start");
        while (!await Step("+"))
        {
        }
    }

    /// <summary>
    /// Compares the number of drivers, and a page of them that is another one each time, with what Redis holds at one entry of the feed; how many differ.
    /// Where any does, everything is read anew.
    /// </summary>
    public async Task<int> Compare()
    {
        var differences = 0;
        foreach (var vehicleClass in Classes)
        {
            var rank = nextRank[(int)vehicleClass];
            var reply = (RedisResult[])(await redis.Run(
                FeedScripts.Page,
                [PoolKeys.Positions(city.Id, vehicleClass), PoolKeys.Seen(city.Id, vehicleClass), .. feed],
                [rank, rank + DriversPerPage - 1]))!;
            var (tail, count, page) = ((string?)reply[0], (int)reply[1], (RedisValue[])reply[2]!);
            if (tail is null || !await Reach(tail)) return differences;

            var mirrored = view!.Known(vehicleClass);
            differences += Math.Max(Math.Abs((mirrored?.Count ?? 0) - count), page.Chunk(3).Count(driver => !Holds(mirrored, driver)));
            nextRank[(int)vehicleClass] = rank + DriversPerPage < count ? rank + DriversPerPage : 0;
        }

        if (differences == 0) return 0;
        metrics.CountMirrorDifferences(differences);
        await Rebuild("different");
        return differences;
    }

    static bool Holds(DriverIndex? mirrored, RedisValue[] driver) =>
        mirrored?.Get(Guid.ParseExact((string)driver[0]!, "N")) is { } known &&
        known.Hash == (ulong)(double)driver[1] && known.AtMilliseconds == (long)(double)driver[2];

    /// <summary>Reads on up to exactly this entry; false when the thread was lost on the way.</summary>
    async Task<bool> Reach(string entry)
    {
        var known = view;
        while (cursor != entry && view == known) await Step(entry);
        return view == known;
    }

    /// <summary>Reads some entries; true when there were no more at the moment at which it asked.</summary>
    async Task<bool> Step(string last)
    {
        var askedRedisAt = Stopwatch.GetTimestamp();
        var reply = (RedisResult[])(await redis.Run(FeedScripts.Follow, feed, [cursor, last, EntriesAtOnce]))!;
        var (tail, entries) = ((string?)reply[0], (RedisResult[])reply[1]!);
        var unbroken = tail is not null && (entries.Length > 0 || tail == cursor) && entries.All(TryApply);
        if (!unbroken) await Rebuild("lost");
        if (unbroken && cursor == tail) view!.Know(askedRedisAt);
        return unbroken && cursor == tail;
    }

    /// <summary>False when an entry is missing between this one and the last that was applied.</summary>
    bool TryApply(RedisResult entry)
    {
        var parts = (RedisResult[])entry!;
        var (id, fields) = ((string)parts[0]!, (RedisResult[])parts[1]!);
        if ((string?)fields[1] != cursor) return false;

        foreach (var change in PoolChange.Read((string)fields[2]!, (byte[])fields[3]!))
        {
            if (change.Driver is { } driver) view!.Of(change.Class).Put(driver);
            else view!.Of(change.Class).Remove(change.DriverId);
        }

        cursor = id;
        return true;
    }

    /// <summary>
    /// Reads the pools, which change meanwhile. What changed after the entry at which this begins is in the feed, and sets right whatever was read of it, or
    /// was not.
    /// </summary>
    async Task Rebuild(string reason)
    {
        metrics.CountMirrorRebuilt(reason);
        (view, cursor) = (null, null);
        var begin = (string)(await redis.Run(FeedScripts.Begin, feed, [PoolKeys.LifetimeMilliseconds(clock, rules)]))!;
        var rebuilt = new View(grid);
        foreach (var vehicleClass in Classes)
        {
            await foreach (var driver in redis.ReadPool(city.Id, vehicleClass)) rebuilt.Of(vehicleClass).Put(driver);
        }

        (view, cursor) = (rebuilt, begin);
    }

    /// <summary>Mirrored pools, and until when they are known to be right. After the thread was lost another one takes its place.</summary>
    sealed class View(Grid grid)
    {
        readonly Lazy<DriverIndex>[] indexes = [.. Classes.Select(_ => new Lazy<DriverIndex>(() => new(grid)))];
        long knownAt;

        /// <summary>All that Redis held at this moment is here.</summary>
        public void Know(long at) => Volatile.Write(ref knownAt, at);

        /// <summary>The drivers of a class; null when there never was one, which saves the memory for the cells, or when there is no such class.</summary>
        public DriverIndex? Known(VehicleClass vehicleClass) =>
            indexes.ElementAtOrDefault((int)vehicleClass) is { IsValueCreated: true, Value: var drivers } ? drivers : null;

        public DriverIndex Of(VehicleClass vehicleClass) => indexes[(int)vehicleClass].Value;

        public bool IsWithin(TimeSpan time) => Volatile.Read(ref knownAt) is not 0 and var known && Stopwatch.GetElapsedTime(known) <= time;
    }
}
