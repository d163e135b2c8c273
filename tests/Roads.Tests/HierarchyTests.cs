using FsCheck;
using FsCheck.Fluent;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Roads.Tests;

/// <summary>The prepared graph must never know better than the graph itself: every answer equals a plain Dijkstra's, to the millisecond and decimetre.</summary>
public sealed class HierarchyTests
{
    static readonly Lazy<RoadNetwork> NewYork = new(() => RoadNetwork.LoadNewYork(cacheDirectory: null));

    [Fact]
    public void Any_graph_one_way_streets_islands_and_detours_included()
    {
        var graphs =
            from nodes in Gen.Choose(2, 24)
            from count in Gen.Choose(0, 80)
            from edges in Gen.ListOf(from start in Gen.Choose(0, nodes - 1)
                                     from end in Gen.Choose(0, nodes - 1)
                                     from seconds in Gen.Choose(0, 9)
                                     from metres in Gen.Choose(0, 3)
                                     select new RoadEdge(start, end, Travel.Of(metres, seconds)), count)
            select new RoadGraph(new GeoPoint[nodes], edges);

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1_000), Prop.ForAll(graphs.ToArbitrary(), graph =>
        {
            var search = new RouteSearch(RoadHierarchy.Of(graph));
            return Enumerable.Range(0, graph.NodeCount).All(from => AnswersLikeDijkstra(graph, search, from, Enumerable.Range(0, graph.NodeCount)));
        }));
    }

    [Fact]
    public void Manhattan() => AnswersLikeDijkstra(RoadNetwork.Manhattan, starts: 60, endsPerStart: 50);

    [Fact]
    public void All_of_New_York() => AnswersLikeDijkstra(NewYork.Value, starts: 20, endsPerStart: 50);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void One_and_many_give_what_single_questions_give_whichever_way_is_quicker(bool isStart)
    {
        var random = new Random(7);
        var search = new RouteSearch(NewYork.Value.Hierarchy);
        var one = random.Next(search.NodeCount);

        foreach (var count in new[] { 1, 20, 400 })
        {
            var many = Enumerable.Range(0, count - 1).Select(_ => random.Next(search.NodeCount)).Append(one).ToArray();
            var travels = new Travel[count];
            search.OneAndMany(one, many, travels, isStart);

            Assert.Equal(many.Select(other => isStart ? search.Between(one, other) : search.Between(other, one)), travels);
        }
    }

    [Fact]
    public void A_way_consists_of_edges_and_adds_up()
    {
        var random = new Random(11);
        var (graph, search) = (NewYork.Value.Graph, new RouteSearch(NewYork.Value.Hierarchy));

        for (var round = 0; round < 100; round++)
        {
            var (from, to) = (random.Next(graph.NodeCount), random.Next(graph.NodeCount));
            var path = search.Path(from, to)!;

            Assert.Equal((from, to), (path[0].Node, path[^1].Node));
            Assert.Equal(search.Between(from, to), path[^1].Travel);
            Assert.All(path.Zip(path.Skip(1)), pair => Assert.Contains(
                graph.Edges[graph.FirstEdge[pair.First.Node]..graph.FirstEdge[pair.First.Node + 1]],
                edge => edge.To == pair.Second.Node && pair.First.Travel + edge.Travel == pair.Second.Travel));
        }
    }

    [Fact]
    public void A_prepared_graph_is_read_back_and_a_damaged_file_is_prepared_anew()
    {
        var directory = Directory.CreateTempSubdirectory("tumpang-roads-").FullName;
        try
        {
            var prepared = RoadNetwork.LoadNewYork(directory);
            var file = Directory.GetFiles(directory).Single();
            var written = File.GetLastWriteTimeUtc(file);
            Assert.Equal(prepared.Hierarchy.Forwards.All, RoadNetwork.LoadNewYork(directory).Hierarchy.Forwards.All);
            Assert.Equal(written, File.GetLastWriteTimeUtc(file));

            using (var damage = File.OpenWrite(file))
            {
                damage.Position = 5_000;
                damage.Write([1, 2, 3, 4]);
            }

            Assert.Equal(prepared.Hierarchy.Backwards.All, RoadNetwork.LoadNewYork(directory).Hierarchy.Backwards.All);
            File.WriteAllBytes(file, [1, 2, 3]);
            File.WriteAllBytes(Path.Combine(directory, "nyc_road-of-older-data.bin.killed"), [1, 2, 3]);
            Assert.Equal(prepared.Hierarchy.NodesByRank, RoadNetwork.LoadNewYork(directory).Hierarchy.NodesByRank);
            Assert.Equal([file], Directory.GetFiles(directory));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    static void AnswersLikeDijkstra(RoadNetwork network, int starts, int endsPerStart)
    {
        var random = new Random(20131118);
        var search = new RouteSearch(network.Hierarchy);
        for (var round = 0; round < starts; round++)
        {
            Assert.True(AnswersLikeDijkstra(
                network.Graph, search, random.Next(search.NodeCount), Enumerable.Range(0, endsPerStart).Select(_ => random.Next(search.NodeCount))));
        }
    }

    static bool AnswersLikeDijkstra(RoadGraph graph, RouteSearch search, int from, IEnumerable<int> ends)
    {
        var expected = Reference.From(graph, from);
        return ends.All(to => search.Between(from, to) == expected[to]);
    }
}
