using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching.Dispatch;

/// <summary>What match asks location: who is free and near this pickup, except those.</summary>
sealed record NearbyRequest(GeoPoint Pickup, string CityId, VehicleClass VehicleClass, int RadiusMetres, int Limit, IReadOnlyList<Guid> Exclude);

/// <summary>A driver near a pickup; distance is a straight line in metres.</summary>
/// <param name="QueueRank">The place in the queue of the pickup's airport or station, from 1; null for those who are not in it.</param>
/// <param name="AfterRideId">By match's own knowledge: the ride that the driver is about to end at this position. Null for those whom location named.</param>
/// <param name="FreeInSeconds">How long that still takes.</param>
sealed record NearbyDriver(
    Guid DriverId, GeoPoint Position, double DistanceMetres, DateTimeOffset SeenAt, int? QueueRank = null, Guid? AfterRideId = null, double FreeInSeconds = 0);

/// <summary>The drivers near a pickup: those in a queue in its order, then the nearest first.</summary>
sealed record NearbyDrivers(IReadOnlyList<NearbyDriver> Drivers);

/// <summary>The one question that a ride waits for an answer to. Its timeout, retries and circuit breaker are those of every service client.</summary>
sealed class LocationClient(HttpClient http)
{
    /// <summary>Drivers within the radius, and in the queue of the pickup's zone.</summary>
    public async Task<IReadOnlyList<NearbyDriver>> Nearby(NearbyRequest search, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/internal/nearby") { Content = JsonContent.Create(search, options: Json.Options) }
            .ReadingOnly();
        using var answer = await http.SendAsync(request, ct);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<NearbyDrivers>(Json.Options, ct))!.Drivers;
    }
}
