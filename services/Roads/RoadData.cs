using System.Globalization;
using System.IO.Compression;
using Tumpang.Contracts;

namespace Tumpang.Roads;

/// <summary>Reads a graph from two gzipped CSV files; data/README.md describes their columns.</summary>
internal static class RoadData
{
    /// <summary>Kilometres per hour. Below, a measurement is a parked taxi; above, a shortcut of the estimator.</summary>
    public const double SlowestKmPerHour = 5, FastestKmPerHour = 80;

    const double KmPerHourToMetresPerSecond = 1 / 3.6;

    public static RoadGraph Load(Stream nodes, Stream edges)
    {
        var positions = new List<GeoPoint>();
        var indexOf = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var row in Rows(nodes))
        {
            indexOf.Add(row[0], positions.Count);
            positions.Add(new GeoPoint(Number(row[1]), Number(row[2])));
        }

        return new RoadGraph([.. positions], [.. Rows(edges).Select(row => Edge(indexOf[row[1]], indexOf[row[2]], Number(row[3]), Number(row[4])))]);
    }

    /// <summary>An edge whose speed is held within the plausible range; its length stays, its time gives way.</summary>
    public static RoadEdge Edge(int from, int to, double metres, double seconds)
    {
        var slowest = metres / (SlowestKmPerHour * KmPerHourToMetresPerSecond);
        var fastest = metres / (FastestKmPerHour * KmPerHourToMetresPerSecond);
        return new RoadEdge(from, to, metres, Math.Clamp(seconds, fastest, slowest));
    }

    static IEnumerable<string[]> Rows(Stream file)
    {
        using var reader = new StreamReader(new GZipStream(file, CompressionMode.Decompress));
        reader.ReadLine();
        while (reader.ReadLine() is { } line) yield return line.Split(',');
    }

    static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
