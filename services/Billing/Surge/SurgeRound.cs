using Tumpang.Contracts;

namespace Tumpang.Billing.Surge;

/// <summary>One recomputation of a city and class: from the counts of all cells and what was before to what is next.</summary>
internal static class SurgeRound
{
    /// <summary>Every cell in which something is, or was: with what decided it.</summary>
    /// <param name="before">Cells that are not neutral.</param>
    public static IReadOnlyDictionary<MapCell, (CellSurge Surge, CellPressure Pressure)> Next(
        IReadOnlyDictionary<MapCell, CellSurge> before, CityCounts counts, int mostBasisPoints, SurgeOptions options)
    {
        var (waiting, quoting, free) = (Around(counts.Waiting), Around(counts.Quoting), Around(counts.Free));
        return waiting.Keys.Concat(quoting.Keys).Concat(before.Keys).Distinct().ToDictionary(cell => cell, cell =>
        {
            var pressure = new CellPressure(waiting.GetValueOrDefault(cell), quoting.GetValueOrDefault(cell), free.GetValueOrDefault(cell));
            return (SurgeFormula.Next(before.GetValueOrDefault(cell, CellSurge.None), pressure, mostBasisPoints, options), pressure);
        });
    }

    /// <summary>What a cell holds counts for it and for the eight around it.</summary>
    static Dictionary<MapCell, int> Around(IReadOnlyDictionary<MapCell, int> counts)
    {
        var around = new Dictionary<MapCell, int>();
        foreach (var (at, count) in counts)
        {
            foreach (var cell in at.Surroundings()) around[cell] = around.GetValueOrDefault(cell) + count;
        }

        return around;
    }
}

/// <summary>What was counted in a city for one class.</summary>
internal sealed record CityCounts(IReadOnlyDictionary<MapCell, int> Waiting, IReadOnlyDictionary<MapCell, int> Quoting, IReadOnlyDictionary<MapCell, int> Free);
