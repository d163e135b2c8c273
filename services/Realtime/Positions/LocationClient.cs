using System.Text.Json;
using Tumpang.ServiceDefaults;

namespace Tumpang.Realtime.Positions;

/// <summary>One position as a phone reports it.</summary>
sealed record ReportedPosition(double Latitude, double Longitude, DateTimeOffset RecordedAt, double? AccuracyMetres = null);

/// <summary>What one driver reported, in the order in which it came.</summary>
sealed record DriverPositions(Guid DriverId, IReadOnlyList<ReportedPosition> Points);

/// <summary>How many of a driver's positions location used, and why not the others.</summary>
sealed record DriverTally(Guid DriverId, int Accepted, IReadOnlyDictionary<string, int> Refused);

/// <summary>Hands the positions of many drivers to location in one call.</summary>
sealed class LocationClient(HttpClient http)
{
    sealed record Request(IReadOnlyList<DriverPositions> Drivers);

    sealed record Answer(IReadOnlyList<DriverTally> Drivers);

    /// <summary>The tallies, in the order of the drivers. A repeated call is safe: a point sent again is refused as a duplicate.</summary>
    public async Task<IReadOnlyList<DriverTally>> Report(IReadOnlyList<DriverPositions> drivers, CancellationToken ct)
    {
        using var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(new Request(drivers), Json.Options));
        content.Headers.ContentType = new("application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/internal/positions") { Content = content };
        using var answer = await http.SendAsync(request, ct);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<Answer>(Json.Options, ct))!.Drivers;
    }
}
