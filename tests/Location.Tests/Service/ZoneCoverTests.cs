using Dapper;
using Tumpang.Contracts;
using Tumpang.Zones;
using Xunit;

namespace Tumpang.Location.Tests.Service;

/// <summary>What a zone covers is decided in memory; PostGIS, in which zones are stored, decides the same.</summary>
[Collection<LocationCollection>]
public sealed class ZoneCoverTests(LocationCity city)
{
    const int Places = 400;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_zone_covers_what_PostGIS_says_that_it_covers(int seed)
    {
        var dice = new Random(seed);
        for (var round = 0; round < 30; round++)
        {
            var ring = Star(dice);
            var zone = new Zone(Guid.Empty, "nyc", "A star", ZoneKind.Airport, 0, ring);
            GeoPoint[] places = [.. ring, .. Enumerable.Range(0, Places).Select(_ => Around(dice)), .. Enumerable.Range(0, Places).Select(_ => NearEdge(ring, dice))];

            Assert.Equal(await Covered(ring, places), places.Select(zone.Covers));
        }
    }

    /// <summary>Corners at rising angles never make edges cross; rounded, so that several share a latitude or a longitude, as drawn zones do.</summary>
    static GeoPoint[] Star(Random dice)
    {
        var corners = Enumerable.Range(0, dice.Next(3, 40)).Select(_ => dice.NextDouble() * Math.Tau).Distinct().Order()
            .Select(angle => (Angle: angle, Radius: 0.002 + (0.01 * dice.NextDouble())))
            .Select(corner => new GeoPoint(Math.Round(40.7 + (corner.Radius * Math.Sin(corner.Angle)), 5), Math.Round(-74 + (corner.Radius * Math.Cos(corner.Angle)), 5)))
            .Distinct().ToArray();
        return [.. corners, corners[0]];
    }

    static GeoPoint Around(Random dice) => new(Math.Round(40.688 + (dice.NextDouble() * 0.024), 4), Math.Round(-74.012 + (dice.NextDouble() * 0.024), 4));

    static GeoPoint NearEdge(GeoPoint[] ring, Random dice)
    {
        var (edge, part) = (dice.Next(1, ring.Length), dice.NextDouble());
        var (from, to) = (ring[edge - 1], ring[edge]);
        return new(from.Latitude + (part * (to.Latitude - from.Latitude)), from.Longitude + (part * (to.Longitude - from.Longitude)));
    }

    async Task<IEnumerable<bool>> Covered(GeoPoint[] ring, GeoPoint[] places)
    {
        const string Sql = """
            select st_covers(shape, st_setsrid(st_makepoint(longitude, latitude), 4326))
            from   (select st_setsrid(st_makepolygon(st_makeline(array(
                        select st_makepoint(longitude, latitude)
                        from unnest(@RingLatitudes, @RingLongitudes) with ordinality as corner (latitude, longitude, place) order by place))), 4326) as shape) as zone,
                   unnest(@Latitudes, @Longitudes) with ordinality as asked (latitude, longitude, place)
            order  by place
            """;
        await using var connection = await city.Postgres.OpenConnectionAsync(Test.Ct);
        return await connection.QueryAsync<bool>(Sql, new
        {
            RingLatitudes = ring.Select(corner => corner.Latitude).ToArray(),
            RingLongitudes = ring.Select(corner => corner.Longitude).ToArray(),
            Latitudes = places.Select(place => place.Latitude).ToArray(),
            Longitudes = places.Select(place => place.Longitude).ToArray(),
        });
    }
}
