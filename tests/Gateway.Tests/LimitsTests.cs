using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace Tumpang.Gateway.Tests;

// NebengJek 1 and its section 6.8: no limits anywhere, though the documents promised them.
public sealed class LimitsTests(GatewayFleet fleet)
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Twenty_codes_at_once_from_one_address_are_cut_off_and_another_address_is_not()
    {
        using var greedy = fleet.FromOwnAddress();
        using var modest = fleet.FromOwnAddress();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => greedy.PostAsync("/v1/otp", null, Ct)));

        Assert.Equal(3, answers.Count(answer => answer.IsSuccessStatusCode));
        var refused = answers.First(answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        var problem = await refused.Content.ReadFromJsonAsync<JsonElement>(Ct);
        Assert.Equal("too-many-requests", problem.GetProperty("code").GetString());
        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.Equal(HttpStatusCode.OK, (await modest.PostAsync("/v1/otp", null, Ct)).StatusCode);
    }

    [Fact]
    public async Task Whoever_guesses_links_of_shared_rides_is_cut_off()
    {
        using var greedy = fleet.FromOwnAddress();
        using var modest = fleet.FromOwnAddress();

        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(guess => greedy.GetAsync($"/v1/shared-rides/{guess}", Ct)));

        Assert.InRange(answers.Count(answer => answer.IsSuccessStatusCode), 30, 45);
        Assert.Contains(answers, answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        Assert.Equal(HttpStatusCode.OK, (await modest.GetAsync("/v1/shared-rides/1", Ct)).StatusCode);
    }

    [Fact]
    public async Task A_user_is_limited_wherever_they_call_from_and_others_are_not()
    {
        using var greedy = fleet.LoggedIn();
        using var modest = fleet.LoggedIn();

        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => greedy.GetAsync("/v1/me", Ct)));

        Assert.InRange(answers.Count(answer => answer.IsSuccessStatusCode), 40, 45);
        Assert.Contains(answers, answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        Assert.Equal(HttpStatusCode.OK, (await modest.GetAsync("/v1/me", Ct)).StatusCode);
    }

    [Fact]
    public async Task Positions_have_a_larger_limit_of_their_own()
    {
        using var driver = fleet.LoggedIn();

        var answers = await Task.WhenAll(Enumerable.Range(0, 90).Select(_ => driver.PostAsync("/v1/positions", null, Ct)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal(HttpStatusCode.OK, (await driver.GetAsync("/v1/me", Ct)).StatusCode);
    }

    [Theory]
    [InlineData("/v1/ride-requests/large", 33 * 1024, HttpStatusCode.RequestEntityTooLarge)]
    [InlineData("/v1/ride-requests/usual", 30 * 1024, HttpStatusCode.OK)]
    [InlineData("/v1/positions", 200 * 1024, HttpStatusCode.OK)]
    [InlineData("/v1/positions", 257 * 1024, HttpStatusCode.RequestEntityTooLarge)]
    public async Task A_body_may_be_so_large_and_not_larger(string path, int bytes, HttpStatusCode expected)
    {
        using var client = fleet.LoggedIn();
        using var announced = new ByteArrayContent(new byte[bytes]);
        using var streamed = new StreamContent(new Unseekable(bytes));

        using var first = await client.PostAsync(path, announced, Ct);
        using var second = await client.PostAsync(path, streamed, Ct);

        Assert.Equal((expected, expected), (first.StatusCode, second.StatusCode));
        if (expected is HttpStatusCode.RequestEntityTooLarge)
        {
            Assert.Equal("too-large", (await first.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("code").GetString());
            Assert.Equal("too-large", (await second.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("code").GetString());
        }
    }

    [Fact]
    public async Task A_body_that_announces_itself_as_too_large_does_not_reach_the_service()
    {
        using var client = fleet.LoggedIn();

        using var answer = await client.PostAsync("/v1/payment-methods/too-large", new ByteArrayContent(new byte[33 * 1024]), Ct);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.DoesNotContain("/v1/payment-methods/too-large", fleet.Stub("payment").Received);
    }

    /// <summary>Zeros of unknown length: sent in chunks.</summary>
    sealed class Unseekable(int length) : MemoryStream(new byte[length])
    {
        public override bool CanSeek => false;
    }
}
