using System.Collections.Concurrent;
using Tumpang.Contracts;

namespace Tumpang.Roads;

/// <summary>
/// Routes through a city by driving time. Where the graph does not reach, the straight line with a detour stands in, so that
/// every question has an answer. Safe for any number of threads.
/// </summary>
public sealed class RoadNetwork
{
    /// <summary>Driven metres per straight metre where there is no graph; measured ratios of street grids lie near 4/π = 1.27.</summary>
    public const double DetourFactor = 1.27;

    /// <summary>Assumed speed where there is no graph, metres per second (25 km/h).</summary>
    public const double OffRoadMetresPerSecond = 25 / 3.6;

    /// <summary>A point further than this from every node is outside the graph, metres.</summary>
    public const double SnapLimitMetres = 500;

    static readonly Lazy<RoadNetwork> SharedManhattan = new(() => Load(Resource("manhattan_nodes.csv.gz"), Resource("manhattan_edges.csv.gz")));

    readonly RoadGraph graph;
    readonly NodeGrid grid;
    readonly Landmarks landmarks;
    readonly ConcurrentBag<PathSearch> searches = [];

    internal RoadNetwork(RoadGraph graph) => (this.graph, grid, landmarks) = (graph, new NodeGrid(graph.Positions), new Landmarks(graph));

    /// <summary>Manhattan with the travel times measured on Monday 2013-11-18, 16:00-17:00. Loaded once, at the first use.</summary>
    public static RoadNetwork Manhattan => SharedManhattan.Value;

    internal RoadGraph Graph => graph;

    /// <summary>Loads a network from gzipped CSV: nodes (node_id, lat, lon) and edges (edge_id, from_node, to_node, length_m, travel_s).</summary>
    public static RoadNetwork Load(Stream nodes, Stream edges) => new(RoadData.Load(nodes, edges));

    /// <summary>The crossing nearest to a point, however far away it is.</summary>
    public GeoPoint NearestCrossing(GeoPoint point) => graph.Positions[grid.Nearest(point)];

    /// <summary>The quickest way and its geometry.</summary>
    public Route Find(GeoPoint from, GeoPoint to)
    {
        if (Snap(from) is not { } start || Snap(to) is not { } end || start == end) return Straight(from, to);

        var search = Rent();
        try
        {
            return search.Find(start.Node, end.Node) ? Trace(search, from, start, end, to) : Straight(from, to);
        }
        finally
        {
            searches.Add(search);
        }
    }

    /// <summary>Distance and time of the quickest way; allocates nothing once warm.</summary>
    public RouteEstimate Estimate(GeoPoint from, GeoPoint to)
    {
        if (Snap(from) is not { } start || Snap(to) is not { } end || start == end) return StraightEstimate(from, to);

        var search = Rent();
        try
        {
            return search.Find(start.Node, end.Node) ? Total(search, start, end) : StraightEstimate(from, to);
        }
        finally
        {
            searches.Add(search);
        }
    }

    /// <summary>Distance and time from one point to many, in their order, by a single search.</summary>
    public IReadOnlyList<RouteEstimate> EstimateMany(GeoPoint from, IReadOnlyList<GeoPoint> to)
    {
        if (Snap(from) is not { } start) return [.. to.Select(end => StraightEstimate(from, end))];

        var ends = to.Select(Snap).ToArray();
        var search = Rent();
        try
        {
            search.FindAll(start.Node, [.. ends.OfType<SnappedPoint>().Select(end => end.Node)]);
            return [.. ends.Select((end, index) => end is { } reached && reached != start && search.Reached(reached.Node)
                ? Total(search, start, reached)
                : StraightEstimate(from, to[index]))];
        }
        finally
        {
            searches.Add(search);
        }
    }

    static Stream Resource(string name) => typeof(RoadNetwork).Assembly.GetManifestResourceStream(name)
        ?? throw new InvalidOperationException($"The assembly was built without {name}.");

    static RouteEstimate StraightEstimate(GeoPoint from, GeoPoint to)
    {
        var metres = from.MetresTo(to) * DetourFactor;
        return RouteEstimate.Of(metres, metres / OffRoadMetresPerSecond);
    }

    static Route Straight(GeoPoint from, GeoPoint to)
    {
        var metres = from.MetresTo(to) * DetourFactor;
        var (distance, duration) = RouteEstimate.Of(metres, metres / OffRoadMetresPerSecond);
        return new Route(distance, duration, [new RoutePoint(from, 0, 0), new RoutePoint(to, metres, metres / OffRoadMetresPerSecond)]);
    }

    static RouteEstimate Total(PathSearch search, SnappedPoint start, SnappedPoint end) => RouteEstimate.Of(
        start.Metres + search.MetresTo(end.Node) + end.Metres,
        start.Seconds + search.SecondsTo(end.Node) + end.Seconds);

    Route Trace(PathSearch search, GeoPoint from, SnappedPoint start, SnappedPoint end, GeoPoint to)
    {
        var points = new List<RoutePoint> { new(from, 0, 0) };
        foreach (var node in search.PathTo(end.Node))
        {
            points.Add(new RoutePoint(graph.Positions[node], start.Metres + search.MetresTo(node), start.Seconds + search.SecondsTo(node)));
        }

        points.Add(new RoutePoint(to, points[^1].MetresFromStart + end.Metres, points[^1].SecondsFromStart + end.Seconds));
        var (distance, duration) = Total(search, start, end);
        return new Route(distance, duration, points);
    }

    SnappedPoint? Snap(GeoPoint point)
    {
        var node = grid.Nearest(point);
        var metres = graph.Positions[node].MetresTo(point);
        return metres <= SnapLimitMetres ? new SnappedPoint(node, metres) : null;
    }

    PathSearch Rent() => searches.TryTake(out var search) ? search : new PathSearch(graph, landmarks);

    /// <summary>The node where a point joins the graph, and the straight metres to it.</summary>
    readonly record struct SnappedPoint(int Node, double Metres)
    {
        public double Seconds => Metres / OffRoadMetresPerSecond;

        public bool Equals(SnappedPoint other) => Node == other.Node;

        public override int GetHashCode() => Node;
    }
}
