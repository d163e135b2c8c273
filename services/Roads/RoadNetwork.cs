using System.Buffers;
using System.Collections.Concurrent;
using Tumpang.Contracts;

namespace Tumpang.Roads;

/// <summary>
/// Routes through a road graph by driving time. Where the graph does not reach, the straight line with a detour stands in, so that
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

    static readonly Lazy<RoadNetwork> SharedManhattan = new(() => Load("manhattan", RoadData.LoadMeasured, cacheDirectory: null));

    readonly NodeGrid grid;
    readonly RoadHierarchy hierarchy;
    readonly ConcurrentBag<RouteSearch> searches = [];

    internal RoadNetwork(RoadGraph graph, RoadHierarchy hierarchy) => (Graph, grid, this.hierarchy) = (graph, new NodeGrid(graph.Positions), hierarchy);

    /// <summary>Manhattan with the travel times measured on Monday 2013-11-18, 16:00-17:00. Loaded once, at the first use: a fifth of a second.</summary>
    public static RoadNetwork Manhattan => SharedManhattan.Value;

    internal RoadGraph Graph { get; }

    internal RoadHierarchy Hierarchy => hierarchy;

    /// <summary>New York with both airports, east of the Hudson, at usual speeds by class of road.</summary>
    /// <param name="cacheDirectory">Where the prepared graph is kept; null prepares it anew, which takes about two seconds.</param>
    public static RoadNetwork LoadNewYork(string? cacheDirectory) => Load("nyc_road", RoadData.LoadClassified, cacheDirectory);

    /// <summary>The crossing nearest to a point, however far away it is.</summary>
    public GeoPoint NearestCrossing(GeoPoint point) => Graph.Positions[grid.Nearest(point)];

    /// <summary>Straight metres to the nearest crossing; null outside the graph.</summary>
    public double? MetresToCrossing(GeoPoint point) => Snap(point)?.Metres;

    /// <summary>The quickest way and its geometry.</summary>
    public Route Find(GeoPoint from, GeoPoint to)
    {
        if (Snap(from) is not { } start || Snap(to) is not { } end || start.Node == end.Node) return Straight(from, to);

        var search = Rent();
        try
        {
            return search.Path(start.Node, end.Node) is { } path ? Trace(path, from, start, end, to) : Straight(from, to);
        }
        finally
        {
            searches.Add(search);
        }
    }

    /// <summary>Distance and time of the quickest way; allocates nothing once warm.</summary>
    public RouteEstimate Estimate(GeoPoint from, GeoPoint to)
    {
        if (Snap(from) is not { } start || Snap(to) is not { } end) return StraightEstimate(from, to);

        var search = Rent();
        try
        {
            return Total(start, start.Node == end.Node ? Travel.Never : search.Between(start.Node, end.Node), end, from, to);
        }
        finally
        {
            searches.Add(search);
        }
    }

    /// <summary>Distance and time from one point to many, in their order.</summary>
    /// <param name="estimates">As long as <paramref name="to"/>.</param>
    public void FromOne(GeoPoint from, ReadOnlySpan<GeoPoint> to, Span<RouteEstimate> estimates) => OneAndMany(from, to, estimates, isStart: true);

    /// <summary>Distance and time to one point from each of many, in their order.</summary>
    /// <param name="estimates">As long as <paramref name="from"/>.</param>
    public void ToOne(ReadOnlySpan<GeoPoint> from, GeoPoint to, Span<RouteEstimate> estimates) => OneAndMany(to, from, estimates, isStart: false);

    static RoadNetwork Load(string name, Func<Stream, Stream, RoadGraph> read, string? cacheDirectory)
    {
        var (nodes, edges) = (Resource($"{name}_nodes.csv.gz"), Resource($"{name}_edges.csv.gz"));
        var graph = read(nodes, edges);
        return new(graph, cacheDirectory is null ? RoadHierarchy.Of(graph) : new HierarchyCache(cacheDirectory, name, [nodes, edges]).Get(graph));
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

    /// <summary>From door to door; the straight line where no way leads.</summary>
    static RouteEstimate Total(SnappedPoint start, Travel between, SnappedPoint end, GeoPoint from, GeoPoint to) => between == Travel.Never
        ? StraightEstimate(from, to)
        : RouteEstimate.Of(start.Metres + between.Metres + end.Metres, start.Seconds + between.Seconds + end.Seconds);

    void OneAndMany(GeoPoint one, ReadOnlySpan<GeoPoint> many, Span<RouteEstimate> estimates, bool isStart)
    {
        var near = Snap(one);
        var (nodes, travels, snapped) =
            (ArrayPool<int>.Shared.Rent(many.Length), ArrayPool<Travel>.Shared.Rent(many.Length), ArrayPool<SnappedPoint>.Shared.Rent(many.Length));
        var search = Rent();
        try
        {
            var onRoad = 0;
            for (var index = 0; index < many.Length; index++)
            {
                snapped[index] = Snap(many[index]) ?? SnappedPoint.OffRoad;
                if (near is not null && snapped[index] != SnappedPoint.OffRoad) nodes[onRoad++] = snapped[index].Node;
            }

            if (near is { } start) search.OneAndMany(start.Node, nodes.AsSpan(0, onRoad), travels, isStart);
            onRoad = 0;
            for (var index = 0; index < many.Length; index++)
            {
                var travel = near is not null && snapped[index] != SnappedPoint.OffRoad ? travels[onRoad++] : Travel.Never;
                if (near?.Node == snapped[index].Node) travel = Travel.Never;
                estimates[index] = Total(near ?? SnappedPoint.OffRoad, travel, snapped[index], one, many[index]);
            }
        }
        finally
        {
            searches.Add(search);
            ArrayPool<int>.Shared.Return(nodes);
            ArrayPool<Travel>.Shared.Return(travels);
            ArrayPool<SnappedPoint>.Shared.Return(snapped);
        }
    }

    Route Trace(List<(int Node, Travel Travel)> path, GeoPoint from, SnappedPoint start, SnappedPoint end, GeoPoint to)
    {
        var points = new List<RoutePoint>(path.Count + 2) { new(from, 0, 0) };
        foreach (var (node, travel) in path)
        {
            points.Add(new RoutePoint(Graph.Positions[node], start.Metres + travel.Metres, start.Seconds + travel.Seconds));
        }

        points.Add(new RoutePoint(to, points[^1].MetresFromStart + end.Metres, points[^1].SecondsFromStart + end.Seconds));
        var (distance, duration) = Total(start, path[^1].Travel, end, from, to);
        return new Route(distance, duration, points);
    }

    SnappedPoint? Snap(GeoPoint point)
    {
        if (!grid.Reaches(point, SnapLimitMetres)) return null;

        var node = grid.Nearest(point);
        var metres = Graph.Positions[node].MetresTo(point);
        return metres <= SnapLimitMetres ? new SnappedPoint(node, metres) : null;
    }

    RouteSearch Rent() => searches.TryTake(out var search) ? search : new RouteSearch(hierarchy);

    /// <summary>The node where a point joins the graph, and the straight metres to it.</summary>
    readonly record struct SnappedPoint(int Node, double Metres)
    {
        public static readonly SnappedPoint OffRoad = new(-1, 0);

        public double Seconds => Metres / OffRoadMetresPerSecond;
    }
}
