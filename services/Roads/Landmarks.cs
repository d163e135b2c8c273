namespace Tumpang.Roads;

/// <summary>
/// Lower bounds of driving times by the triangle inequality (A. V. Goldberg and C. Harrelson, 2005): from a few nodes at the rim the times to
/// and from every other are known; a way cannot be shorter than the difference of two of them. They keep A* close to the way it looks for,
/// where the straight line, divided by the speed of the one motorway, would explore half of the city.
/// </summary>
internal sealed class Landmarks
{
    const int Count = 8;

    /// <summary>Per node: seconds from landmark 0, seconds to landmark 0, from 1, to 1 ..: one cache line or two for all.</summary>
    readonly double[] seconds;

    public Landmarks(RoadGraph graph)
    {
        seconds = new double[graph.NodeCount * Count * 2];
        var (forwards, backwards) = (new PathSearch(graph, this), new PathSearch(graph.Reversed(), this));
        var everywhere = Enumerable.Range(0, graph.NodeCount).ToArray();
        var nearest = Enumerable.Repeat(double.PositiveInfinity, graph.NodeCount).ToArray();
        var landmark = 0;
        for (var index = 0; index < Count; index++)
        {
            forwards.FindAll(landmark, everywhere);
            backwards.FindAll(landmark, everywhere);
            foreach (var node in everywhere)
            {
                var (from, to) = (Seconds(forwards, node), Seconds(backwards, node));
                (seconds[Slot(node, index)], seconds[Slot(node, index) + 1]) = (from, to);
                nearest[node] = Math.Min(nearest[node], from);
            }

            landmark = Array.IndexOf(nearest, nearest.Where(double.IsFinite).Max());
        }
    }

    /// <summary>At least this many seconds from one node to another.</summary>
    public double AtLeast(int from, int to)
    {
        var best = 0.0;
        var known = seconds.AsSpan(Slot(from, 0), Count * 2);
        var target = seconds.AsSpan(Slot(to, 0), Count * 2);
        for (var index = 0; index < known.Length; index += 2)
        {
            // Not a number, the difference of two unreachable nodes, is never greater.
            var (away, towards) = (target[index] - known[index], known[index + 1] - target[index + 1]);
            if (away > best) best = away;
            if (towards > best) best = towards;
        }

        return best;
    }

    static int Slot(int node, int landmark) => ((node * Count) + landmark) * 2;

    static double Seconds(PathSearch search, int node) => search.Reached(node) ? search.SecondsTo(node) : double.PositiveInfinity;
}
