namespace Tumpang.Roads;

/// <summary>Answers questions on a hierarchy, one after the other; the buffers are reused.</summary>
internal sealed class RouteSearch(RoadHierarchy hierarchy)
{
    /// <summary>A search to one more node takes about as long as sweeping past this many; measured on both graphs.</summary>
    const int NodesSweptPerSearch = 500;

    public int NodeCount => hierarchy.NodeCount;

    readonly UpwardSearch forwards = new(hierarchy.Forwards, hierarchy.Backwards, hierarchy.NodeCount);
    readonly UpwardSearch backwards = new(hierarchy.Backwards, hierarchy.Forwards, hierarchy.NodeCount);
    readonly Travel[] swept = new Travel[hierarchy.NodeCount];

    /// <summary>The quickest way from one node to another; <see cref="Travel.Never"/> when no way leads there.</summary>
    public Travel Between(int from, int to) => Meet(from, to).Travel;

    /// <summary>The nodes of the quickest way with what it takes to reach each, both ends included; null when no way leads there.</summary>
    public List<(int Node, Travel Travel)>? Path(int from, int to)
    {
        var (meeting, travel) = Meet(from, to);
        if (travel == Travel.Never) return null;

        var path = new List<(int, Travel)> { (from, default) };
        foreach (var (node, arc) in forwards.WayBack(meeting).Reverse()) Unpack(node, arc.Head, arc, path);
        foreach (var (node, arc) in backwards.WayBack(meeting)) Unpack(arc.Head, node, arc, path);
        return path;
    }

    /// <summary>What it takes from one node to each of many, or the other way round, in their order.</summary>
    /// <param name="travels">At least as long as <paramref name="many"/>.</param>
    /// <param name="isStart">Whether the one is where the ways begin.</param>
    public void OneAndMany(int one, ReadOnlySpan<int> many, Span<Travel> travels, bool isStart)
    {
        var (all, each) = isStart ? (forwards, backwards) : (backwards, forwards);
        all.Begin(hierarchy.RankOf(one));
        while (all.Settle(out _))
        {
        }

        if (many.Length > hierarchy.NodeCount / NodesSweptPerSearch)
        {
            Sweep(all, isStart ? hierarchy.Backwards : hierarchy.Forwards);
            for (var index = 0; index < many.Length; index++) travels[index] = swept[hierarchy.RankOf(many[index])];
            return;
        }

        for (var index = 0; index < many.Length; index++)
        {
            var best = Travel.Never;
            each.Begin(hierarchy.RankOf(many[index]));
            while (each.Nearest < best && each.Settle(out var node)) best = Less(best, each.To(node) + all.To(node));
            travels[index] = best;
        }
    }

    /// <summary>Goes down from every node that a search reached to all others, most important first: each is final when its turn comes (PHAST, 2011).</summary>
    void Sweep(UpwardSearch search, UpwardArcs downwards)
    {
        for (var node = 0; node < swept.Length; node++)
        {
            var best = search.To(node);
            foreach (ref readonly var arc in downwards.Of(node)) best = Less(best, swept[arc.Head] + arc.Travel);
            swept[node] = best;
        }
    }

    (int Node, Travel Travel) Meet(int from, int to)
    {
        forwards.Begin(hierarchy.RankOf(from));
        backwards.Begin(hierarchy.RankOf(to));
        var best = (Node: -1, Travel: Travel.Never);
        while (Less(forwards.Nearest, backwards.Nearest) < best.Travel)
        {
            var (nearer, other) = forwards.Nearest <= backwards.Nearest ? (forwards, backwards) : (backwards, forwards);
            if (!nearer.Settle(out var node)) continue;
            var both = nearer.To(node) + other.To(node);
            if (both < best.Travel) best = (node, both);
        }

        return best;
    }

    static Travel Less(Travel one, Travel other) => one < other ? one : other;

    /// <summary>Adds the nodes behind the first of an arc, given as driven: of a shortcut all that it stands for.</summary>
    void Unpack(int from, int to, Arc arc, List<(int Node, Travel Travel)> path)
    {
        if (arc.Middle == Arc.Edge)
        {
            path.Add((hierarchy.NodeOf(to), path[^1].Travel + arc.Travel));
            return;
        }

        Unpack(from, arc.Middle, hierarchy.Backwards.Between(arc.Middle, from), path);
        Unpack(arc.Middle, to, hierarchy.Forwards.Between(arc.Middle, to), path);
    }
}
