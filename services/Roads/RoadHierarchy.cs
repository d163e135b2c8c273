namespace Tumpang.Roads;

/// <summary>
/// A road graph prepared for quick questions: nodes numbered by importance, most important first, and the arcs of each to more important ones.
/// Immutable, therefore free to share between threads.
/// </summary>
internal sealed class RoadHierarchy
{
    readonly int[] rankOf, nodeOf;

    public RoadHierarchy(int[] nodesByRank, UpwardArcs forwards, UpwardArcs backwards)
    {
        (nodeOf, Forwards, Backwards) = (nodesByRank, forwards, backwards);
        rankOf = new int[nodeOf.Length];
        for (var rank = 0; rank < nodeOf.Length; rank++) rankOf[nodeOf[rank]] = rank;
    }

    /// <summary>Prepares a graph.</summary>
    public static RoadHierarchy Of(RoadGraph graph)
    {
        var (nodes, forwards, backwards) = Contraction.Of(graph);
        return new(nodes, forwards, backwards);
    }

    /// <summary>Arcs as driven, from the less to the more important node.</summary>
    public UpwardArcs Forwards { get; }

    /// <summary>Arcs driven from the more to the less important node, listed at the latter.</summary>
    public UpwardArcs Backwards { get; }

    public int NodeCount => nodeOf.Length;

    /// <summary>The graph's nodes, most important first.</summary>
    public ReadOnlySpan<int> NodesByRank => nodeOf;

    public int RankOf(int node) => rankOf[node];

    public int NodeOf(int rank) => nodeOf[rank];
}
