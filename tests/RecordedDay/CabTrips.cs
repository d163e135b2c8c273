using System.Globalization;
using System.IO.Compression;
using Tumpang.Contracts;

namespace Tumpang.RecordedDay;

/// <summary>
/// Reads a day of San Francisco's cabs: gzipped CSV with the columns trip_id, cab, pickup_unix, dropoff_unix, pickup_lat, pickup_lon, dropoff_lat, dropoff_lon,
/// gps_points, path_m, straight_m. The file is not part of the project: its terms are unclear.
/// </summary>
public static class CabTrips
{
    /// <summary>Nearer ends than this are one place, and no ride is quoted between them.</summary>
    const double ShortestMetres = 50;

    /// <summary>The trips that a passenger could have ordered, in order of pickup.</summary>
    /// <exception cref="InvalidDataException">The file has other columns.</exception>
    public static DayRecord Read(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        if (reader.ReadLine() is not { } header || !header.StartsWith("trip_id,cab,pickup_unix,dropoff_unix,", StringComparison.Ordinal))
        {
            throw new InvalidDataException($"{path} does not begin with trip_id,cab,pickup_unix,dropoff_unix,…");
        }

        var trips = new List<DayTrip>();
        while (reader.ReadLine() is { } line)
        {
            trips.Add(TripOf(line.Split(',')));
        }

        return new("sf", "USD", [.. trips.Where(trip => trip.Pickup.MetresTo(trip.DropOff) >= ShortestMetres).OrderBy(trip => trip.PickedUpAt)]);
    }

    static DayTrip TripOf(string[] row) => new(
        Number(row[0]), row[1], Instant(row[2]), Instant(row[3]), Point(row, 4), Point(row, 6), Number(row[9]));

    static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    static DateTimeOffset Instant(string unixSeconds) => DateTimeOffset.FromUnixTimeSeconds(long.Parse(unixSeconds, CultureInfo.InvariantCulture));

    static GeoPoint Point(string[] row, int column) =>
        new(double.Parse(row[column], CultureInfo.InvariantCulture), double.Parse(row[column + 1], CultureInfo.InvariantCulture));
}
