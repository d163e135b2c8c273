namespace Tumpang.Roads;

/// <summary>Looks for ways around a node that is about to be contracted: a Dijkstra of bounded size in what is left of the graph.</summary>
internal sealed class WitnessSearch(List<Arc>[] outgoing)
{
    readonly PriorityQueue<int, long> frontier = new();
    readonly Travel[] travel = new Travel[outgoing.Length];
    readonly int[] seenIn = new int[outgoing.Length];
    int search;

    /// <summary>Searches from a node, around another, no further than a bound and no longer than a number of nodes.</summary>
    public void Run(int from, int around, Travel bound, int nodes)
    {
        search++;
        frontier.Clear();
        Reach(from, default);
        while (nodes > 0 && frontier.TryDequeue(out var node, out var key))
        {
            if (key > travel[node].Value) continue;
            if (key > bound.Value) return;
            nodes--;
            foreach (var arc in outgoing[node])
            {
                if (arc.Head == around) continue;
                var there = travel[node] + arc.Travel;
                if (there <= bound && there < To(arc.Head)) Reach(arc.Head, there);
            }
        }
    }

    /// <summary>What the best way found takes; <see cref="Travel.Never"/> when none was.</summary>
    public Travel To(int node) => seenIn[node] == search ? travel[node] : Travel.Never;

    void Reach(int node, Travel there)
    {
        (travel[node], seenIn[node]) = (there, search);
        frontier.Enqueue(node, there.Value);
    }
}
