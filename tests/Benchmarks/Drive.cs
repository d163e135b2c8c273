using System.Globalization;
using System.IO.Compression;
using Tumpang.Contracts;
using Tumpang.Locations;

namespace Tumpang.Benchmarks;

/// <summary>Metres from a corner of the city, seconds from the start of the recording.</summary>
readonly record struct Place(double Seconds, double North, double East);

/// <summary>A drive as it was: between its places it went straight and at one speed. Source and licence: data/README.md.</summary>
sealed class Drive(IReadOnlyList<Place> places)
{
    const double South = 40.75, West = -74, MetresPerDegree = 111_194.93;

    /// <summary>Radius of 68 % in standard deviations along one axis: what Android calls accuracy.</summary>
    const double AccuracyPerSigma = 1.51;

    static readonly double MetresPerDegreeEast = MetresPerDegree * Math.Cos(double.DegreesToRadians(South));

    static readonly DateTimeOffset Start = new(2014, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public double Metres { get; } = places.Zip(places.Skip(1), (from, to) => double.Hypot(to.North - from.North, to.East - from.East)).Sum();

    public static IReadOnlyList<Drive> All() =>
    [
        .. CsvFile.Rows(Path.Combine(AppContext.BaseDirectory, "data", "taxi_traces.csv.gz"))
            .GroupBy(row => row[0], row => PlaceOf(CsvFile.Number(row[3]), CsvFile.Number(row[4]), CsvFile.Number(row[5])))
            .Select(trace => new Drive([.. trace])),
    ];

    /// <summary>Where the car was every so many seconds, and at the end.</summary>
    public IReadOnlyList<Place> Every(double interval)
    {
        var (seen, leg) = (new List<Place>(), 0);
        for (var seconds = places[0].Seconds; seconds < places[^1].Seconds; seconds += interval)
        {
            while (places[leg + 1].Seconds <= seconds) leg++;
            var (from, to) = (places[leg], places[leg + 1]);
            var share = (seconds - from.Seconds) / (to.Seconds - from.Seconds);
            seen.Add(new(seconds, from.North + (share * (to.North - from.North)), from.East + (share * (to.East - from.East))));
        }

        return [.. seen, places[^1]];
    }

    /// <summary>What a phone says of these places, with normal errors along each axis, stated as they are.</summary>
    /// <param name="lastingSeconds">How long errors last; 0 when each position has an error of its own.</param>
    public static IReadOnlyList<LocationUpdate> Report(IReadOnlyList<Place> places, double sigma, double lastingSeconds, Random random)
    {
        var (reported, north, east) = (new List<LocationUpdate>(places.Count), sigma * Normal(random), sigma * Normal(random));
        for (var index = 0; index < places.Count; index++)
        {
            var place = places[index];
            if (index > 0)
            {
                var kept = lastingSeconds == 0 ? 0 : Math.Exp((places[index - 1].Seconds - place.Seconds) / lastingSeconds);
                var fresh = sigma * Math.Sqrt(1 - (kept * kept));
                (north, east) = ((kept * north) + (fresh * Normal(random)), (kept * east) + (fresh * Normal(random)));
            }

            reported.Add(new LocationUpdate(
                South + ((place.North + north) / MetresPerDegree), West + ((place.East + east) / MetresPerDegreeEast),
                Start.AddMilliseconds(Math.Round(1_000 * place.Seconds)), AccuracyPerSigma * sigma));
        }

        return reported;
    }

    static Place PlaceOf(double seconds, double latitude, double longitude) =>
        new(seconds, (latitude - South) * MetresPerDegree, (longitude - West) * MetresPerDegreeEast);

    static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}

/// <summary>A gzipped table with one header line and no quotes.</summary>
static class CsvFile
{
    public static IEnumerable<string[]> Rows(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        reader.ReadLine();
        while (reader.ReadLine() is { } line) yield return line.Split(',');
    }

    public static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
