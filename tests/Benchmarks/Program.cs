using System.Text.Json;
using Spectre.Console;
using Tumpang.Benchmarks;

if (args is [BarePush.Argument])
{
    await BarePush.Serve();
}

// Arguments: names of benchmarks (all when none is given) and --json. Figures go to standard output, progress to standard error.
IBenchmark[] all =
[
    new RidesBenchmark(), new BusBenchmark(), new OfferLatencyBenchmark(), new IngestBenchmark(), new NearbyBenchmark(), new QuotesBenchmark(),
    new FaresBenchmark(), new PaymentsBenchmark(), new PingBenchmark(), new SocketsBenchmark(), new RoadsBenchmark(), new AssignmentBenchmark(),
    new DispatchQualityBenchmark(), new TracksBenchmark(),
];
var json = args.Contains("--json");
var names = args.Where(argument => !argument.StartsWith("--", StringComparison.Ordinal)).ToArray();
if (names.Except(all.Select(benchmark => benchmark.Name)).FirstOrDefault() is { } unknown)
{
    Console.Error.WriteLine($"There is no benchmark {unknown}; there are {string.Join(", ", all.Select(benchmark => benchmark.Name))}.");
    return 2;
}

var fleet = new BenchFleet();
var figures = new List<Figure>();
var failed = false;
foreach (var benchmark in all.Where(benchmark => names.Length == 0 || names.Contains(benchmark.Name)))
{
    Console.Error.WriteLine($"measuring {benchmark.Name} …");
    try
    {
        figures.AddRange(await benchmark.Run(fleet, CancellationToken.None));
    }
    catch (Exception exception)
    {
        // The figures of the others are worth having all the same.
        failed = true;
        Console.Error.WriteLine($"{benchmark.Name} failed: {exception.Message}");
    }
}

foreach (var error in fleet.Errors.Take(10))
{
    Console.Error.WriteLine($"  {error}");
}

if (json)
{
    figures.ForEach(figure => Console.WriteLine(JsonSerializer.Serialize(figure, JsonSerializerOptions.Web)));
}
else
{
    var table = new Table().Border(TableBorder.Rounded).AddColumns("figure", "value", "unit", "limit", "of", "ratio");
    figures.ForEach(figure => table.AddRow(
        figure.Name, $"{figure.Value:N1}", figure.Unit, figure.Limit is { } limit ? $"{limit:N1}" : "", figure.LimitName ?? "", figure.Ratio is { } ratio ? $"{ratio:0.00}" : ""));
    AnsiConsole.Write(table);
}

return failed ? 1 : 0;
