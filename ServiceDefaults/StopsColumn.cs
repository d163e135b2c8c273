using System.Text.Json;
using Tumpang.Contracts;

namespace Tumpang.ServiceDefaults;

/// <summary>Places on the way of a ride as a column of a table: null for none, else a JSON list of points in their order.</summary>
public static class StopsColumn
{
    public static IReadOnlyList<GeoPoint>? Read(string? stored) => stored is null ? null : JsonSerializer.Deserialize<List<GeoPoint>>(stored, Json.Options);

    public static string? Write(IReadOnlyList<GeoPoint>? stops) => stops is null or { Count: 0 } ? null : JsonSerializer.Serialize(stops, Json.Options);
}
