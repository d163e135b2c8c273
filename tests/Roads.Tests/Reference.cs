namespace Tumpang.Roads.Tests;

/// <summary>Dijkstra's algorithm as in a textbook: no heuristic, no reused buffers, nothing clever.</summary>
static class Reference
{
    public static double[] SecondsFrom(RoadGraph graph, int start)
    {
        var neighbours = graph.Edges.ToLookup(edge => edge.From);
        var seconds = Enumerable.Repeat(double.PositiveInfinity, graph.NodeCount).ToArray();
        var open = new SortedSet<(double Seconds, int Node)> { (0, start) };
        seconds[start] = 0;
        while (open.Count > 0)
        {
            var (_, node) = open.Min;
            open.Remove(open.Min);
            foreach (var edge in neighbours[node].Where(edge => seconds[node] + edge.Seconds < seconds[edge.To]))
            {
                open.Remove((seconds[edge.To], edge.To));
                seconds[edge.To] = seconds[node] + edge.Seconds;
                open.Add((seconds[edge.To], edge.To));
            }
        }

        return seconds;
    }
}
