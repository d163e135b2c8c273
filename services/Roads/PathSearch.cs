namespace Tumpang.Roads;

/// <summary>
/// One search through a graph, quickest first, with buffers that serve any number of searches one after the other:
/// a node's entries count only while its stamp equals the current search, so that nothing is cleared in between.
/// </summary>
internal sealed class PathSearch(RoadGraph graph, Landmarks landmarks)
{
    readonly PriorityQueue<int, double> frontier = new();
    readonly double[] seconds = new double[graph.NodeCount];
    readonly double[] metres = new double[graph.NodeCount];
    readonly int[] arrivedBy = new int[graph.NodeCount];
    readonly int[] seenIn = new int[graph.NodeCount];
    readonly int[] settledIn = new int[graph.NodeCount];
    int search;

    public double SecondsTo(int node) => seconds[node];

    public double MetresTo(int node) => metres[node];

    /// <summary>Whether the last search settled this node, so that its figures are final.</summary>
    public bool Reached(int node) => settledIn[node] == search;

    /// <summary>A* from one node to another; false when no way leads there.</summary>
    public bool Find(int from, int to)
    {
        Begin(from);
        while (Next(out var node))
        {
            if (node == to) return true;
            for (var edge = graph.FirstEdge[node]; edge < graph.FirstEdge[node + 1]; edge++)
            {
                if (!Improve(edge, out var head)) continue;
                frontier.Enqueue(head, seconds[head] + landmarks.AtLeast(head, to));
            }
        }

        return false;
    }

    /// <summary>Dijkstra from one node until every wanted node is settled or nothing is left to explore.</summary>
    public void FindAll(int from, IReadOnlyCollection<int> wanted)
    {
        Begin(from);
        var open = wanted.ToHashSet();
        while (open.Count > 0 && Next(out var node))
        {
            open.Remove(node);
            for (var edge = graph.FirstEdge[node]; edge < graph.FirstEdge[node + 1]; edge++)
            {
                if (Improve(edge, out var head)) frontier.Enqueue(head, seconds[head]);
            }
        }
    }

    /// <summary>The nodes of the way found to <paramref name="to"/>, start and end included.</summary>
    public List<int> PathTo(int to)
    {
        var path = new List<int> { to };
        for (var node = to; arrivedBy[node] >= 0;)
        {
            node = graph.Edges[arrivedBy[node]].From;
            path.Add(node);
        }

        path.Reverse();
        return path;
    }

    void Begin(int from)
    {
        search++;
        frontier.Clear();
        (seconds[from], metres[from], arrivedBy[from], seenIn[from]) = (0, 0, -1, search);
        frontier.Enqueue(from, 0);
    }

    bool Next(out int node)
    {
        while (frontier.TryDequeue(out node, out _))
        {
            if (settledIn[node] == search) continue;
            settledIn[node] = search;
            return true;
        }

        return false;
    }

    bool Improve(int edge, out int head)
    {
        var (from, to, length, time) = graph.Edges[edge];
        head = to;
        var arrival = seconds[from] + time;
        if (seenIn[to] == search && seconds[to] <= arrival) return false;
        (seconds[to], metres[to], arrivedBy[to], seenIn[to]) = (arrival, metres[from] + length, edge, search);
        return true;
    }
}
