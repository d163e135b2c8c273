namespace Tumpang.Roads;

/// <summary>
/// One half of a question: the ways up from one node, or, over the arcs driven backwards, the ways down to it. Its buffers serve any number of
/// questions one after the other: an entry counts only while its stamp is that of the current one, so that nothing is cleared in between.
/// </summary>
internal sealed class UpwardSearch(UpwardArcs arcs, UpwardArcs opposite, int nodes)
{
    readonly PriorityQueue<int, long> frontier = new();
    readonly Travel[] travel = new Travel[nodes];
    readonly int[] seenIn = new int[nodes];
    readonly (int Node, Arc Arc)[] arrivedBy = new (int, Arc)[nodes];
    int search;

    /// <summary>What the next node that would be settled takes; <see cref="Travel.Never"/> when none is left.</summary>
    public Travel Nearest => frontier.TryPeek(out _, out var key) ? new(key) : Travel.Never;

    public void Begin(int node)
    {
        search++;
        frontier.Clear();
        Reach(node, default, (-1, default));
    }

    /// <summary>What the way found takes; <see cref="Travel.Never"/> when there is none yet.</summary>
    public Travel To(int node) => seenIn[node] == search ? travel[node] : Travel.Never;

    /// <summary>Settles the nearest open node and goes on to those above it; false when none is left.</summary>
    public bool Settle(out int node)
    {
        while (frontier.TryDequeue(out node, out var key))
        {
            if (key > travel[node].Value) continue;
            if (!IsStalled(node)) Ascend(node);
            return true;
        }

        return false;
    }

    /// <summary>The arcs of the way found, from <paramref name="node"/> back to where the search began.</summary>
    public IEnumerable<(int Node, Arc Arc)> WayBack(int node)
    {
        for (var step = arrivedBy[node]; step.Node >= 0; step = arrivedBy[step.Node]) yield return step;
    }

    void Ascend(int node)
    {
        foreach (ref readonly var arc in arcs.Of(node))
        {
            var there = travel[node] + arc.Travel;
            if (there < To(arc.Head)) Reach(arc.Head, there, (node, arc));
        }
    }

    /// <summary>A node to which a way over a more important one is quicker lies on no quickest way; what is above it need not be seen.</summary>
    bool IsStalled(int node)
    {
        var here = travel[node];
        foreach (ref readonly var arc in opposite.Of(node))
        {
            if (To(arc.Head) + arc.Travel < here) return true;
        }

        return false;
    }

    void Reach(int node, Travel there, (int Node, Arc Arc) by)
    {
        (travel[node], seenIn[node], arrivedBy[node]) = (there, search, by);
        frontier.Enqueue(node, there.Value);
    }
}
