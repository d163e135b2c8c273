using System.Globalization;
using System.IO.Compression;
using Tumpang.Contracts;

namespace Tumpang.Roads;

/// <summary>Reads graphs from gzipped CSV files; data/README.md describes their columns.</summary>
internal static class RoadData
{
    /// <summary>Kilometres per hour. Below, a measurement is a parked taxi; above, a shortcut of the estimator.</summary>
    public const double SlowestKmPerHour = 5, FastestKmPerHour = 80;

    const double KmPerHourToMetresPerSecond = 1 / 3.6;

    /// <summary>What is driven on a road whose speed nobody measured: motorway, primary, secondary, local; kilometres per hour.</summary>
    static readonly double[] UsualKmPerHour = [80, 50, 40, 25];

    /// <summary>Edges in one direction with measured times: edge_id, from_node, to_node, length_m, travel_s.</summary>
    public static RoadGraph LoadMeasured(Stream nodes, Stream edges) => Load(nodes, indexOf =>
        Rows(edges).Select(row => Edge(indexOf[row[1]], indexOf[row[2]], Number(row[3]), Number(row[4]))));

    /// <summary>Edges in both directions with the class of the road: node_a, node_b, length_m, road_class (1 to 4).</summary>
    public static RoadGraph LoadClassified(Stream nodes, Stream edges) => Load(nodes, indexOf => Rows(edges).SelectMany(row =>
    {
        var (one, other, metres) = (indexOf[row[0]], indexOf[row[1]], Number(row[2]));
        var travel = Travel.Of(metres, metres / (UsualKmPerHour[int.Parse(row[3], CultureInfo.InvariantCulture) - 1] * KmPerHourToMetresPerSecond));
        return new[] { new RoadEdge(one, other, travel), new RoadEdge(other, one, travel) };
    }));

    /// <summary>An edge whose speed is held within the plausible range; its length stays, its time gives way.</summary>
    public static RoadEdge Edge(int from, int to, double metres, double seconds)
    {
        var slowest = metres / (SlowestKmPerHour * KmPerHourToMetresPerSecond);
        var fastest = metres / (FastestKmPerHour * KmPerHourToMetresPerSecond);
        return new RoadEdge(from, to, Travel.Of(metres, Math.Clamp(seconds, fastest, slowest)));
    }

    static RoadGraph Load(Stream nodes, Func<Dictionary<string, int>, IEnumerable<RoadEdge>> edges)
    {
        var positions = new List<GeoPoint>();
        var indexOf = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var row in Rows(nodes))
        {
            indexOf.Add(row[0], positions.Count);
            positions.Add(new GeoPoint(Number(row[1]), Number(row[2])));
        }

        return new RoadGraph([.. positions], [.. edges(indexOf)]);
    }

    static IEnumerable<string[]> Rows(Stream file)
    {
        using var reader = new StreamReader(new GZipStream(file, CompressionMode.Decompress, leaveOpen: true));
        reader.ReadLine();
        while (reader.ReadLine() is { } line) yield return line.Split(',');
    }

    static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
