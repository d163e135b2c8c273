namespace Tumpang.Benchmarks;

/// <summary>One measured figure beside the limit that was measured in the same run.</summary>
/// <param name="Name">Benchmark and figure, for example rides.p50.</param>
/// <param name="Limit">What the store, broker or server alone does here; or the bar to beat, when <paramref name="LimitName"/> says so.</param>
public sealed record Figure(string Name, double Value, string Unit, double? Limit = null, string? LimitName = null)
{
    /// <summary>Value ÷ limit.</summary>
    public double? Ratio => Limit is > 0 ? Math.Round(Value / Limit.Value, 4) : null;
}

/// <summary>A benchmark: needs a running fleet, leaves figures.</summary>
public interface IBenchmark
{
    /// <summary>What ./fleet bench calls it.</summary>
    string Name { get; }

    /// <summary>Measures; reports what it does on standard error.</summary>
    Task<IReadOnlyList<Figure>> Run(BenchFleet fleet, CancellationToken ct);
}
