using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace Tumpang.ServiceDefaults.Tests;

/// <summary>Whatever a phone may send twice, it may send twice.</summary>
public sealed class IdempotencyTests(BusApp app) : IDisposable
{
    const int Callers = 24;

    readonly HttpClient http = new();

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Peers' finding 1: one key, twenty callers, seven effects and a crash.</summary>
    [Fact]
    public async Task Many_callers_with_one_key_have_one_effect_and_one_answer()
    {
        var (what, key) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString());

        var answers = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Post(new { what }, key)));

        var bodies = await Task.WhenAll(answers.Where(answer => answer.IsSuccessStatusCode).Select(answer => answer.Content.ReadAsStringAsync(Ct)));
        Assert.Single(bodies.Distinct());
        Assert.All(answers.Where(answer => !answer.IsSuccessStatusCode), answer => Assert.Equal((HttpStatusCode.Conflict, true), (answer.StatusCode, answer.Headers.RetryAfter is not null)));
        Assert.Equal(1, await app.Effects(what));
    }

    /// <summary>Valid JSON, but nothing that Postgres stores: the caller's fault, not ours.</summary>
    [Fact]
    public async Task A_character_that_no_text_holds_is_refused()
    {
        using var answer = await Post(new { what = "a\0b" }, Guid.NewGuid().ToString());

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("invalid-request", (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_key_with_another_body_is_refused_and_leaves_nothing()
    {
        var (what, other, key) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        using var first = await Post(new { what }, key);

        using var second = await Post(new { what = other }, key);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, second.StatusCode);
        Assert.Equal(0, await app.Effects(other));
    }

    [Fact]
    public async Task A_refusal_leaves_nothing_and_is_judged_anew()
    {
        var (what, key) = (Guid.NewGuid().ToString(), Guid.NewGuid().ToString());
        using var refused = await Post(new { what, refuse = true }, key);

        using var accepted = await Post(new { what }, key);

        Assert.Equal((HttpStatusCode.Conflict, HttpStatusCode.OK), (refused.StatusCode, accepted.StatusCode));
        Assert.Equal(1, await app.Effects(what));
    }

    [Fact]
    public async Task What_must_be_counted_stays_though_the_answer_is_a_refusal()
    {
        var what = Guid.NewGuid().ToString();

        using var refused = await Post(new { what, refuse = true, keep = true }, key: null);

        Assert.Equal((HttpStatusCode.Conflict, 1L), (refused.StatusCode, await app.Effects(what)));
    }

    [Fact]
    public async Task A_body_that_lacks_a_field_names_it()
    {
        using var answer = await Post(new { }, key: null);

        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
        Assert.Equal((HttpStatusCode.BadRequest, "invalid-request", "what"), (answer.StatusCode, problem.GetProperty("code").GetString(), problem.GetProperty("field").GetString()));
    }

    public void Dispose() => http.Dispose();

    async Task<HttpResponseMessage> Post(object body, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(app.Address, "/effects")) { Content = JsonContent.Create(body, body.GetType()) };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        return await http.SendAsync(request, Ct);
    }
}
