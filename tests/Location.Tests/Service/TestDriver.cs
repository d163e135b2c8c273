using System.Net.Http.Json;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Location.Tests.Service;

/// <summary>The answer to reported positions.</summary>
sealed record Reported(int Accepted, IReadOnlyDictionary<string, int> Refused);

/// <summary>A driver's phone.</summary>
sealed class TestDriver(LocationCity city, Guid id) : IAsyncDisposable
{
    readonly HttpClient[] copies = [city.Client(id, copy: 0, "driver"), city.Client(id, copy: 1, "driver")];

    public Guid Id => id;

    public HttpClient Http => copies[0];

    public Task GoOnline(GeoPoint at) => Switch(0, online: true, at);

    public Task GoOffline() => Switch(0, online: false, null);

    public async Task Switch(int copy, bool online, GeoPoint? position) =>
        (await copies[copy].PutAsJsonAsync("/v1/me/availability", new { online, position = online ? position : null }, Json.Options, Test.Ct)).EnsureSuccessStatusCode();

    public Task<Reported> Report(params object[] points) => ReportTo(0, points);

    public async Task<Reported> ReportTo(int copy, object[] points)
    {
        var answer = await copies[copy].PostAsJsonAsync("/v1/positions", new { points }, Json.Options, Test.Ct);
        answer.EnsureSuccessStatusCode();
        return (await answer.Content.ReadFromJsonAsync<Reported>(Json.Options, Test.Ct))!;
    }

    public ValueTask DisposeAsync()
    {
        Array.ForEach(copies, copy => copy.Dispose());
        return ValueTask.CompletedTask;
    }
}
