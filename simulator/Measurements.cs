using System.Collections.Concurrent;
using System.Diagnostics;

namespace Tumpang.Simulator;

/// <summary>What the phones saw, gathered from all of them.</summary>
public sealed class Measurements
{
    readonly ConcurrentDictionary<string, ConcurrentQueue<double>> series = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, int> counts = new(StringComparer.Ordinal);
    readonly ConcurrentQueue<string> errors = new();

    /// <summary>Answers that no phone should ever see, in the order in which they came.</summary>
    public IReadOnlyCollection<string> Errors => errors;

    /// <summary>Adds one to a named count.</summary>
    public void Count(string name, int by = 1) => counts.AddOrUpdate(name, by, (_, before) => before + by);

    /// <summary>The named count so far.</summary>
    public int CountOf(string name) => counts.GetValueOrDefault(name);

    /// <summary>All counts whose name starts with <paramref name="prefix"/>, by name.</summary>
    public IEnumerable<KeyValuePair<string, int>> CountsLike(string prefix) =>
        counts.Where(count => count.Key.StartsWith(prefix, StringComparison.Ordinal)).OrderBy(count => count.Key, StringComparer.Ordinal);

    /// <summary>Adds a value to a named series.</summary>
    public void Record(string name, double value) => series.GetOrAdd(name, _ => new()).Enqueue(value);

    /// <summary>Adds the milliseconds since <paramref name="startedAt"/>, a Stopwatch timestamp.</summary>
    public void RecordMilliseconds(string name, long startedAt) => Record(name, Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds);

    /// <summary>Something went wrong that no rule of the city explains.</summary>
    public void Error(string what) => errors.Enqueue(what);

    /// <summary>The values of a series, sorted.</summary>
    public double[] Sorted(string name)
    {
        var values = series.TryGetValue(name, out var queue) ? queue.ToArray() : [];
        Array.Sort(values);
        return values;
    }

    /// <summary>The value below which <paramref name="share"/> (0..1) of a series lies; zero when it is empty.</summary>
    public double Percentile(string name, double share) => Sorted(name) is { Length: > 0 } values ? values[(int)((values.Length - 1) * share)] : 0;

    /// <summary>Sum of a series.</summary>
    public double Sum(string name) => Sorted(name).Sum();
}
