using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace Tumpang.Gateway.Tests;

/// <summary>What every answer carries.</summary>
public sealed class AnswersTests(GatewayFleet fleet)
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("my-request.1", true)]
    [InlineData("two words", false)]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123456789", false)]
    [InlineData("{\"log\":\"forged\"}", false)]
    public async Task A_sane_request_id_goes_all_the_way_and_back(string given, bool sane)
    {
        using var client = fleet.LoggedIn();
        client.DefaultRequestHeaders.TryAddWithoutValidation("X-Request-ID", given);

        using var answer = await client.GetAsync("/v1/me", Ct);

        var returned = Assert.Single(answer.Headers.GetValues("X-Request-ID"));
        var forwarded = (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("headers").GetProperty("x-request-id").GetString();
        Assert.Equal(sane, returned == given);
        Assert.Equal(returned, forwarded);
    }

    [Fact]
    public async Task A_problem_carries_the_request_id()
    {
        using var answer = await fleet.Development.GetAsync("/v1/me", Ct);

        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);

        Assert.Equal(Assert.Single(answer.Headers.GetValues("X-Request-ID")), problem.GetProperty("requestId").GetString());
    }

    [Fact]
    public async Task Answers_tell_browsers_to_be_careful()
    {
        using var answer = await fleet.LoggedIn().GetAsync("/v1/me", Ct);

        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("DENY", Assert.Single(answer.Headers.GetValues("X-Frame-Options")));
        Assert.Contains("default-src 'none'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")));
        Assert.True(answer.Headers.CacheControl!.NoStore);
    }

    // NebengJek 8: any Origin was accepted.
    [Theory]
    [InlineData("https://console.example", true)]
    [InlineData("https://elsewhere.example", false)]
    public async Task Only_pages_of_known_origins_may_call(string origin, bool allowed)
    {
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/v1/me");
        preflight.Headers.Add("Origin", origin);
        preflight.Headers.Add("Access-Control-Request-Method", "GET");

        using var answer = await fleet.Development.SendAsync(preflight, Ct);

        Assert.Equal(allowed, answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_dead_service_is_a_503_problem_and_nothing_else()
    {
        using var client = fleet.LoggedIn();

        using var answer = await client.PostAsJsonAsync("/v1/quotes", new { }, Ct);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal("unavailable", (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("code").GetString());
        Assert.NotNull(answer.Headers.RetryAfter);
    }

    [Fact]
    public async Task A_service_that_does_not_answer_is_a_504_problem()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/rides");
        request.Headers.Authorization = new("Bearer", fleet.Token());
        request.Headers.Add("X-Test-Delay", "60");

        using var answer = await fleet.Impatient.SendAsync(request, Ct);

        Assert.Equal(HttpStatusCode.GatewayTimeout, answer.StatusCode);
        Assert.Equal("no-answer", (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("code").GetString());
    }

    [Fact]
    public async Task With_one_copy_dead_every_request_finds_the_other()
    {
        using var client = fleet.LoggedIn();

        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => client.PostAsJsonAsync("/v1/ride-requests", new { quoteToken = "t" }, Ct)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
    }
}
