namespace Tumpang.Roads;

/// <summary>
/// Builds a hierarchy (R. Geisberger, P. Sanders, D. Schultes, D. Delling, 2008): node after node, least important first, is taken out of the graph,
/// and where the quickest way between two of its neighbours led over it, a shortcut takes its place. Ways then lead up and down again, past few nodes.
/// </summary>
internal sealed class Contraction
{
    /// <summary>How many nodes a search for a way around may settle. Missing one costs a needless shortcut, never a wrong figure.</summary>
    const int WitnessNodes = 40, WitnessNodesWhenEstimating = 10;

    readonly List<Arc>[] outgoing, incoming;
    readonly List<Arc>[] up, down;
    readonly int[] level, contractedNeighbours;
    readonly bool[] isContracted;
    readonly WitnessSearch witnesses;
    readonly List<(int From, int To, Travel Travel)> shortcuts = [];

    Contraction(RoadGraph graph)
    {
        var count = graph.NodeCount;
        (outgoing, incoming, up, down) = (Lists(count), Lists(count), Lists(count), Lists(count));
        (level, contractedNeighbours, isContracted) = (new int[count], new int[count], new bool[count]);
        witnesses = new WitnessSearch(outgoing);
        foreach (var (from, to, travel) in graph.Edges)
        {
            if (from != to) Connect(from, to, travel, Arc.Edge);
        }
    }

    /// <summary>Nodes in the order of their importance, most important first, and their arcs by that number.</summary>
    public static (int[] NodesByRank, UpwardArcs Forwards, UpwardArcs Backwards) Of(RoadGraph graph)
    {
        var contraction = new Contraction(graph);
        var order = contraction.Run();
        order.Reverse();
        var rank = new int[order.Count];
        for (var index = 0; index < rank.Length; index++) rank[order[index]] = index;
        return ([.. order], Ranked(contraction.up, order, rank), Ranked(contraction.down, order, rank));
    }

    static List<Arc>[] Lists(int count) => [.. Enumerable.Range(0, count).Select(_ => new List<Arc>(4))];

    static UpwardArcs Ranked(List<Arc>[] arcs, List<int> order, int[] rank) => new([.. order.Select(node => arcs[node].ConvertAll(arc =>
        arc with { Head = rank[arc.Head], Middle = arc.Middle == Arc.Edge ? Arc.Edge : rank[arc.Middle] }))]);

    List<int> Run()
    {
        var count = outgoing.Length;
        var (order, queue) = (new List<int>(count), new PriorityQueue<int, (int, int)>(count));
        var priority = new int[count];
        for (var node = 0; node < count; node++) Enqueue(node);
        while (queue.TryDequeue(out var node, out var queued))
        {
            if (isContracted[node] || queued.Item1 != priority[node]) continue;

            // Its surroundings may have changed since it was judged.
            priority[node] = Priority(node);
            if (queue.TryPeek(out _, out var next) && priority[node] > next.Item1)
            {
                queue.Enqueue(node, (priority[node], node));
                continue;
            }

            Contract(node);
            order.Add(node);
        }

        return order;

        void Enqueue(int node)
        {
            priority[node] = Priority(node);
            queue.Enqueue(node, (priority[node], node));
        }
    }

    /// <summary>Few shortcuts first, and evenly over the city.</summary>
    int Priority(int node)
    {
        FindShortcuts(node, WitnessNodesWhenEstimating);
        var removed = outgoing[node].Count + incoming[node].Count;
        return (4 * (shortcuts.Count - removed)) + (3 * contractedNeighbours[node]) + (2 * level[node]);
    }

    void Contract(int node)
    {
        FindShortcuts(node, WitnessNodes);
        isContracted[node] = true;
        up[node].AddRange(outgoing[node]);
        down[node].AddRange(incoming[node]);
        foreach (var arc in outgoing[node]) Leave(incoming[arc.Head], arc.Head, node);
        foreach (var arc in incoming[node]) Leave(outgoing[arc.Head], arc.Head, node);
        (outgoing[node], incoming[node]) = ([], []);
        foreach (var (from, to, travel) in shortcuts) Connect(from, to, travel, node);
    }

    void Leave(List<Arc> arcs, int neighbour, int node)
    {
        arcs.RemoveAt(arcs.FindIndex(arc => arc.Head == node));
        level[neighbour] = Math.Max(level[neighbour], level[node] + 1);
        contractedNeighbours[neighbour]++;
    }

    void FindShortcuts(int node, int limit)
    {
        shortcuts.Clear();
        foreach (var into in incoming[node])
        {
            var furthest = new Travel(-1);
            foreach (var onward in outgoing[node])
            {
                if (onward.Head != into.Head && onward.Travel > furthest) furthest = onward.Travel;
            }

            if (furthest.Value < 0) continue;
            witnesses.Run(into.Head, node, into.Travel + furthest, limit);
            foreach (var onward in outgoing[node])
            {
                var through = into.Travel + onward.Travel;
                if (onward.Head != into.Head && witnesses.To(onward.Head) > through) shortcuts.Add((into.Head, onward.Head, through));
            }
        }
    }

    void Connect(int from, int to, Travel travel, int middle)
    {
        Put(outgoing[from], new Arc(to, middle, travel));
        Put(incoming[to], new Arc(from, middle, travel));
    }

    /// <summary>One arc between two nodes, the quickest.</summary>
    static void Put(List<Arc> arcs, Arc arc)
    {
        var index = arcs.FindIndex(known => known.Head == arc.Head);
        if (index < 0) arcs.Add(arc);
        else if (arc.Travel < arcs[index].Travel) arcs[index] = arc;
    }
}
