using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.ServiceDefaults;

namespace Tumpang.Benchmarks;

/// <summary>A promotion that lowers every quote in New York by itself while it is measured, with money for everybody.</summary>
sealed class BenchPromotion(HttpClient billing, AuthenticationHeaderValue anOperator, Guid promotionId) : IAsyncDisposable
{
    static readonly DateTimeOffset NotSoon = new(2093, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static async Task<BenchPromotion> Begin(HttpClient billing, FleetTokens tokens, CancellationToken ct)
    {
        var anOperator = new AuthenticationHeaderValue("Bearer", tokens.OfOperator(Guid.CreateVersion7()));
        var terms = new { cityId = "nyc", name = "bench", mostMinorUnits = 100, budgetMinorUnits = 1_000_000_000_000, validTo = NotSoon };
        var created = await Post(billing, anOperator, "/v1/ops/promotions", terms, ct);
        return new(billing, anOperator, created.GetProperty("promotionId").GetGuid());
    }

    public async ValueTask DisposeAsync() =>
        await Post(billing, anOperator, $"/v1/ops/promotions/{promotionId}/stop", new { }, CancellationToken.None);

    static async Task<JsonElement> Post(HttpClient billing, AuthenticationHeaderValue anOperator, string path, object body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, options: Json.Options) };
        request.Headers.Authorization = anOperator;
        request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
        using var answer = await billing.SendAsync(request, ct);
        return await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>(ct);
    }
}
