using System.Text.Json.Serialization;

namespace Tumpang.Gateway;

/// <summary>How a service, or the fleet, is. Degraded: it serves, with fewer copies than it should have.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Health>))]
internal enum Health { Healthy, Degraded, Unhealthy }

/// <summary>
/// The health of the whole fleet: asks every copy of every service for its own. A service without a healthy copy makes the answer
/// a 503 that names it. Kept for a second, so that asking costs nothing.
/// </summary>
internal sealed class FleetHealth(Copies copies, IHttpClientFactory clients, TimeProvider time) : IDisposable
{
    static readonly TimeSpan Kept = TimeSpan.FromSeconds(1);
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    readonly SemaphoreSlim one = new(1, 1);
    Answer? last;
    DateTimeOffset lastAt;

    /// <param name="Down">The services without a healthy copy.</param>
    internal sealed record Answer(Health Status, IReadOnlyList<string> Down, IReadOnlyDictionary<string, ServiceHealth> Services);

    internal sealed record ServiceHealth(Health Status, int Copies, int HealthyCopies);

    public async Task<IResult> Handle(CancellationToken ct)
    {
        var answer = await Look(ct);
        return TypedResults.Json(answer, statusCode: answer.Status is Health.Unhealthy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK);
    }

    async Task<Answer> Look(CancellationToken ct)
    {
        await one.WaitAsync(ct);
        try
        {
            if (last is null || time.GetUtcNow() - lastAt > Kept)
            {
                last = await AskAll(ct);
                lastAt = time.GetUtcNow();
            }

            return last;
        }
        finally
        {
            one.Release();
        }
    }

    async Task<Answer> AskAll(CancellationToken ct)
    {
        var asked = await Task.WhenAll(copies.ByService.Select(async service =>
            (service.Key, Health: await AskService(service.Value, ct))));
        var services = asked.ToDictionary(service => service.Key, service => service.Health);
        List<string> down = [.. services.Where(service => service.Value.Status is Health.Unhealthy).Select(service => service.Key)];
        return new(services.Values.Max(service => service.Status), down, services);
    }

    async Task<ServiceHealth> AskService(IReadOnlyList<Uri> addresses, CancellationToken ct)
    {
        var healthy = (await Task.WhenAll(addresses.Select(address => IsHealthy(address, ct)))).Count(isHealthy => isHealthy);
        return new(healthy == 0 ? Health.Unhealthy : healthy < addresses.Count ? Health.Degraded : Health.Healthy, addresses.Count, healthy);
    }

    async Task<bool> IsHealthy(Uri address, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        try
        {
            using var answer = await clients.CreateClient(nameof(FleetHealth)).GetAsync(new Uri(address, "/health"), patience.Token);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException && !ct.IsCancellationRequested)
        {
            return false;
        }
    }

    public void Dispose() => one.Dispose();
}
