using System.Globalization;
using System.IO.Compression;
using Tumpang.Contracts;

namespace Tumpang.Simulator;

/// <summary>One recorded taxi trip: who stood where, when, and wanted to go where.</summary>
/// <param name="Number">The trip's number in the data.</param>
/// <param name="AfterStart">Since 16:00, city time.</param>
public sealed record RecordedTrip(int Number, TimeSpan AfterStart, GeoPoint Pickup, GeoPoint DropOff);

/// <summary>Reads the recorded rush hour of Manhattan: Monday 2013-11-18 from 16:00. Sources and licence notes stand in data/README.md.</summary>
public static class CityData
{
    /// <summary>When the recorded demand begins: 16:00 in New York, UTC-5.</summary>
    public static DateTimeOffset DemandStart { get; } = new(2013, 11, 18, 16, 0, 0, TimeSpan.FromHours(-5));

    /// <summary>The shortest trip that anybody hails a car for; below it pickup and drop-off are the same corner.</summary>
    const double ShortestTripMetres = 250;

    /// <summary>
    /// The trips of the first <paramref name="minutes"/> city minutes up to a length, thinned to about <paramref name="perMinute"/> a minute by the seed.
    /// The seconds of trips recorded by the whole minute (half of the meters) are spread over their minute.
    /// </summary>
    public static IReadOnlyList<RecordedTrip> Trips(int minutes, int perMinute, double longestMetres, Random random)
    {
        var window = Rows("taxi_trips_2013-11-18_16h.csv.gz").Select(TripOf)
            .Where(trip => trip.AfterStart < TimeSpan.FromMinutes(minutes) && trip.Pickup.MetresTo(trip.DropOff) is var metres && metres >= ShortestTripMetres && metres <= longestMetres)
            .ToArray();
        random.Shuffle(window);
        return [.. window.Take(perMinute * minutes)
            .Select(trip => Spread(trip, random))
            .OrderBy(trip => trip.AfterStart)];
    }

    /// <summary>All recorded trips, also those to the next corner, in order of time; whole minutes spread as above.</summary>
    public static IReadOnlyList<RecordedTrip> AllTrips(Random random) =>
        [.. Rows("taxi_trips_2013-11-18_16h.csv.gz").Select(TripOf).Select(trip => Spread(trip, random)).OrderBy(trip => trip.AfterStart)];

    /// <summary>Where <paramref name="count"/> taxis of that hour became free; chosen by the seed.</summary>
    public static IReadOnlyList<GeoPoint> DriverStarts(int count, Random random)
    {
        var all = Rows("taxi_start_positions_2013-11-18.csv.gz").Select(row => Point(row, 4)).ToArray();
        random.Shuffle(all);
        return [.. all.Take(count)];
    }

    static RecordedTrip Spread(RecordedTrip trip, Random random) =>
        trip.AfterStart.Seconds == 0 ? trip with { AfterStart = trip.AfterStart + TimeSpan.FromSeconds(random.Next(60)) } : trip;

    static RecordedTrip TripOf(string[] row)
    {
        var local = DateTime.Parse(row[1], CultureInfo.InvariantCulture);
        return new(int.Parse(row[0], CultureInfo.InvariantCulture), local - DemandStart.DateTime, Point(row, 7), Point(row, 9));
    }

    static GeoPoint Point(string[] row, int column) =>
        new(double.Parse(row[column], CultureInfo.InvariantCulture), double.Parse(row[column + 1], CultureInfo.InvariantCulture));

    static IEnumerable<string[]> Rows(string file)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(Path.Combine(AppContext.BaseDirectory, "data", file)), CompressionMode.Decompress));
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            yield return line.Split(',');
        }
    }
}
