using Tumpang.Contracts;

namespace Tumpang.Roads;

/// <summary>A directed edge as it is loaded: node indices, length and driving time.</summary>
internal readonly record struct RoadEdge(int From, int To, Travel Travel);

/// <summary>
/// A directed road graph in compressed rows: the edges that leave node n are numbered from FirstEdge[n] to FirstEdge[n + 1].
/// Immutable after construction, therefore free to share between threads.
/// </summary>
internal sealed class RoadGraph
{
    readonly GeoPoint[] positions;

    public RoadGraph(GeoPoint[] positions, IReadOnlyCollection<RoadEdge> edges)
    {
        this.positions = positions;
        FirstEdge = new int[positions.Length + 1];
        Edges = [.. edges.OrderBy(edge => edge.From)];
        foreach (var edge in Edges) FirstEdge[edge.From + 1]++;
        for (var node = 0; node < positions.Length; node++) FirstEdge[node + 1] += FirstEdge[node];
    }

    public RoadEdge[] Edges { get; }

    public int[] FirstEdge { get; }

    public int NodeCount => positions.Length;

    public ReadOnlySpan<GeoPoint> Positions => positions;

    /// <summary>The same roads driven backwards.</summary>
    public RoadGraph Reversed() => new(positions, [.. Edges.Select(edge => edge with { From = edge.To, To = edge.From })]);
}
