namespace Tumpang.Roads.Tests;

/// <summary>Dijkstra's algorithm as in a textbook: no heuristic, no reused buffers, nothing clever.</summary>
static class Reference
{
    public static Travel[] From(RoadGraph graph, int start)
    {
        var travel = Enumerable.Repeat(Travel.Never, graph.NodeCount).ToArray();
        var open = new SortedSet<(Travel Travel, int Node)> { (default, start) };
        travel[start] = default;
        while (open.Count > 0)
        {
            var (_, node) = open.Min;
            open.Remove(open.Min);
            foreach (var edge in graph.Edges[graph.FirstEdge[node]..graph.FirstEdge[node + 1]].Where(edge => travel[node] + edge.Travel < travel[edge.To]))
            {
                open.Remove((travel[edge.To], edge.To));
                travel[edge.To] = travel[node] + edge.Travel;
                open.Add((travel[edge.To], edge.To));
            }
        }

        return travel;
    }
}
