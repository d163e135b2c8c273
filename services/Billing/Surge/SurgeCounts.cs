using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Surge;

/// <summary>Asks match who looks for a driver. Timeout, retries and circuit breaker are those of every service client.</summary>
internal sealed class WaitingClient(HttpClient http)
{
    public Task<IReadOnlyList<CellCount>> Waiting(string cityId, CancellationToken ct) => CellCountsOf.Ask(http, $"/internal/waiting?cityId={cityId}", ct);
}

/// <summary>Asks location which drivers are free.</summary>
internal sealed class FreeDriversClient(HttpClient http)
{
    public Task<IReadOnlyList<CellCount>> Free(string cityId, CancellationToken ct) => CellCountsOf.Ask(http, $"/internal/free-drivers?cityId={cityId}", ct);
}

internal static class CellCountsOf
{
    public static async Task<IReadOnlyList<CellCount>> Ask(HttpClient http, string path, CancellationToken ct) =>
        (await http.GetFromJsonAsync<CellCounts>(path, Json.Options, ct))!.Cells;

    /// <summary>Those of one class, by cell.</summary>
    public static IReadOnlyDictionary<MapCell, int> Of(this IReadOnlyList<CellCount> counts, VehicleClass vehicleClass) =>
        counts.Where(count => count.VehicleClass == vehicleClass).ToDictionary(count => count.Cell, count => count.Count);
}
