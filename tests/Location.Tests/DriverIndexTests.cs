using System.Runtime.CompilerServices;
using FsCheck;
using FsCheck.Fluent;
using Tumpang.Contracts;
using Tumpang.Locations.Mirror;
using Xunit;

namespace Tumpang.Location.Tests;

/// <summary>The cells find whom a look at every driver finds, wherever one asks, and miss nobody who moves meanwhile.</summary>
public sealed class DriverIndexTests
{
    const int Oldest = 1_000;

    static readonly (GeoPoint SouthWest, GeoPoint NorthEast) City = (new(40.49, -74.27), new(40.93, -73.68));

    /// <summary>In clusters of a few blocks and all over the city, at its edges and outside, now and then in the same spot.</summary>
    static readonly Gen<GeoPoint> Places = Gen.Frequency(
        (4, Near(new(40.7580, -73.9855), 600)), (2, Near(new(40.6413, -73.7781), 5_000)), (2, Near(new(40.71, -73.97), 40_000)),
        (1, Near(City.SouthWest, 3_000)), (1, Near(City.NorthEast, 3_000)), (1, Gen.Constant(new GeoPoint(40.7580, -73.9855))));

    static readonly Gen<GeoPoint> FarAway = Gen.Elements(new GeoPoint(-40, 106), new GeoPoint(10, 179.9), new GeoPoint(89, -180), new GeoPoint(40.7, 0));

    static readonly Gen<(int Driver, GeoPoint Place, int At, bool Leaves)> Changes =
        from driver in Gen.Choose(0, 150)
        from place in Places
        from at in Gen.Frequency((5, Gen.Choose(Oldest, 2_000)), (1, Gen.Choose(0, Oldest)))
        from fate in Gen.Choose(0, 6)
        select (driver, place, at, fate == 0);

    static readonly Gen<(GeoPoint Around, double Radius, int Limit, int Excluded)> Searches =
        from around in Gen.Frequency((9, Places), (1, FarAway))
        from radius in Gen.Elements(1.0, 50, 400, 3_000, 20_000, 30_000_000)
        from limit in Gen.Elements(1, 3, 20, 200)
        from excluded in Gen.Elements(0, 0, 5, 60)
        select (around, radius, limit, excluded);

    [Fact]
    public void Cells_find_whom_a_look_at_everybody_finds() => Prop.ForAll(
        (from changes in Gen.ArrayOf(Changes) from searches in Gen.ArrayOf(Searches, 8) select (changes, searches)).ToArbitrary(),
        input =>
        {
            var ids = Enumerable.Range(0, 151).Select(_ => Guid.CreateVersion7()).ToArray();
            var (index, all) = (new DriverIndex(new Grid(City.SouthWest, City.NorthEast)), new Dictionary<Guid, FreeDriver>());
            foreach (var (driver, place, at, leaves) in input.changes) Change(index, all, ids[driver], place, at, leaves);

            Assert.Equal(all.Count, index.Count);
            foreach (var (around, radius, limit, excluded) in input.searches)
            {
                Assert.Equal(LookAtEverybody(all.Values, around, radius, limit, ids[..excluded]), Search(index, around, radius, limit, ids[..excluded]));
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(400).WithEndSize(300));

    /// <summary>Drivers who go to and fro between cells within reach, and searchers who must see each of them every time, once.</summary>
    [Fact]
    public async Task A_search_misses_nobody_who_goes_from_one_cell_to_another_meanwhile()
    {
        const int Drivers = 60;
        var (centre, index) = (new GeoPoint(40.75, -73.98), new DriverIndex(new Grid(City.SouthWest, City.NorthEast)));
        var ids = Enumerable.Range(0, Drivers).Select(_ => Guid.CreateVersion7()).ToArray();
        foreach (var id in ids) index.Put(Driver(id, centre, 0));
        using var end = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var crossings = new StrongBox<int>();

        // Threads of their own: the pool's are the other tests'. However slow the machine is, they meet ten thousand times.
        var driving = OnItsOwn(() => GoToAndFro(index, ids, centre, crossings, end.Token));
        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => OnItsOwn(() => SearchOn(index, ids, centre, crossings, end.Token))));
        await end.CancelAsync();
        await driving;

        static Task OnItsOwn(Action act) => Task.Factory.StartNew(act, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    [Fact]
    public void A_search_takes_no_memory()
    {
        var (index, random) = (new DriverIndex(new Grid(City.SouthWest, City.NorthEast)), new Random(1));
        for (var driver = 0; driver < 2_000; driver++)
        {
            index.Put(Driver(Guid.CreateVersion7(), new(40.7 + (random.NextDouble() / 20), -74 + (random.NextDouble() / 20)), 0));
        }

        var hits = new Hit[20];
        index.Find(new(new(40.72, -73.98), 3_000, 0, []), hits);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var search = 0; search < 100; search++) index.Find(new(new(40.72, -73.98), 3_000, 0, []), hits);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    static void GoToAndFro(DriverIndex index, Guid[] ids, GeoPoint centre, StrongBox<int> crossings, CancellationToken end)
    {
        var random = new Random(2013);
        while (!end.IsCancellationRequested)
        {
            var place = new GeoPoint(centre.Latitude + ((random.NextDouble() - 0.5) / 50), centre.Longitude + ((random.NextDouble() - 0.5) / 50));
            index.Put(Driver(ids[random.Next(ids.Length)], place, crossings.Value));
            Interlocked.Increment(ref crossings.Value);
        }
    }

    static void SearchOn(DriverIndex index, Guid[] ids, GeoPoint centre, StrongBox<int> crossings, CancellationToken end)
    {
        const int SearchesAtLeast = 1_000, CrossingsAtLeast = 10_000;
        var hits = new Hit[2 * ids.Length];
        for (var count = 0; (count < SearchesAtLeast || Volatile.Read(ref crossings.Value) < CrossingsAtLeast) && !end.IsCancellationRequested; count++)
        {
            var found = index.Find(new(centre, 10_000, 0, []), hits);
            Assert.Equal(ids.Length, found);
            Assert.Equal(ids.Length, hits.Take(found).Select(hit => hit.Driver.Id).Distinct().Count());
        }
    }

    static void Change(DriverIndex index, Dictionary<Guid, FreeDriver> all, Guid id, GeoPoint place, int at, bool leaves)
    {
        if (leaves)
        {
            index.Remove(id);
            all.Remove(id);
            return;
        }

        index.Put(Driver(id, place, at));
        all[id] = Driver(id, place, at);
    }

    static List<(Guid, double)> Search(DriverIndex index, GeoPoint around, double radius, int limit, Guid[] exclude)
    {
        var hits = new Hit[limit];
        var count = index.Find(new(around, radius, Oldest, exclude), hits);
        return [.. hits.Take(count).Select(hit => (hit.Driver.Id, hit.Metres))];
    }

    static List<(Guid, double)> LookAtEverybody(IEnumerable<FreeDriver> all, GeoPoint around, double radius, int limit, Guid[] exclude) =>
        [.. all.Where(driver => driver.AtMilliseconds >= Oldest && !exclude.Contains(driver.Id))
            .Select(driver => (driver.Id, Metres: RedisGeo.Metres(RedisGeo.Haversine(Direction.Of(around), driver.Direction))))
            .Where(driver => driver.Metres <= radius).OrderBy(driver => driver.Metres).ThenBy(driver => driver.Id).Take(limit)];

    static FreeDriver Driver(Guid id, GeoPoint place, long at) => new(id, RedisGeo.Hash(place), at);

    static Gen<GeoPoint> Near(GeoPoint centre, int metres) =>
        from north in Gen.Choose(-metres, metres)
        from east in Gen.Choose(-metres, metres)
        select new GeoPoint(centre.Latitude + (north / 111_195.0), centre.Longitude + (east / 84_000.0));
}
