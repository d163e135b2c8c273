namespace Tumpang.Roads;

/// <summary>An arc of the hierarchy: an edge of the graph, or a shortcut over a node below both of its ends.</summary>
/// <param name="Head">The end further up.</param>
/// <param name="Middle">The node that a shortcut leads over; <see cref="Edge"/> for an edge of the graph.</param>
internal readonly record struct Arc(int Head, int Middle, Travel Travel)
{
    public const int Edge = -1;
}

/// <summary>The arcs that lead from each node to nodes above it, in compressed rows.</summary>
internal sealed class UpwardArcs
{
    readonly int[] first;
    readonly Arc[] arcs;

    public UpwardArcs(int[] first, Arc[] arcs) => (this.first, this.arcs) = (first, arcs);

    public UpwardArcs(IReadOnlyList<IReadOnlyCollection<Arc>> arcsOfNodes)
    {
        first = new int[arcsOfNodes.Count + 1];
        for (var node = 0; node < arcsOfNodes.Count; node++) first[node + 1] = first[node] + arcsOfNodes[node].Count;
        arcs = [.. arcsOfNodes.SelectMany(some => some)];
    }

    /// <summary>Per node its first arc; one more at the end.</summary>
    public ReadOnlySpan<int> First => first;

    /// <summary>All arcs, node by node.</summary>
    public ReadOnlySpan<Arc> All => arcs;

    public ReadOnlySpan<Arc> Of(int node) => arcs.AsSpan(first[node]..first[node + 1]);

    /// <summary>The arc between two nodes, which must exist.</summary>
    public Arc Between(int node, int head)
    {
        foreach (var arc in Of(node))
        {
            if (arc.Head == head) return arc;
        }

        throw new InvalidOperationException($"No arc leads from {node} up to {head}.");
    }
}
