using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Tumpang.Gateway.Tests;

/// <summary>Who comes in, and where to.</summary>
public sealed class TheDoorTests(GatewayFleet fleet)
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("GET", "/v1/me", "user")]
    [InlineData("GET", "/v1/me/driver", "user")]
    [InlineData("DELETE", "/v1/sessions/current", "user")]
    [InlineData("PUT", "/v1/me/availability", "location")]
    [InlineData("GET", "/v1/me/queue", "location")]
    [InlineData("POST", "/v1/positions", "location")]
    [InlineData("GET", "/v1/rides/0193/track", "location")]
    [InlineData("POST", "/v1/ride-requests", "match")]
    [InlineData("POST", "/v1/ride-requests/0193/cancel", "match")]
    [InlineData("POST", "/v1/offers/0193/accept", "match")]
    [InlineData("GET", "/v1/demand", "match")]
    [InlineData("PUT", "/v1/me/destination", "match")]
    [InlineData("GET", "/v1/rides", "ride")]
    [InlineData("GET", "/v1/rides/0193/pin", "ride")]
    [InlineData("GET", "/v1/rides/0193/cancellation", "ride")]
    [InlineData("POST", "/v1/rides/0193/stops/1/arrive", "ride")]
    [InlineData("POST", "/v1/rides/0193/reroute", "ride")]
    [InlineData("POST", "/v1/rides/0193/sos", "ride")]
    [InlineData("GET", "/v1/ops/sos", "ride")]
    [InlineData("POST", "/v1/rides/0193/cases", "ride")]
    [InlineData("POST", "/v1/ops/cases/0193/close", "ride")]
    [InlineData("GET", "/v1/ops/rides", "ride")]
    [InlineData("GET", "/v1/ops/driver-day", "ride")]
    [InlineData("GET", "/v1/ops/rides/silent", "ride")]
    [InlineData("PUT", "/v1/me/emergency-contacts", "user")]
    [InlineData("GET", "/v1/me/rating", "ride")]
    [InlineData("GET", "/v1/me/driver-day", "ride")]
    [InlineData("GET", "/v1/me/favourite-drivers", "ride")]
    [InlineData("PUT", "/v1/me/favourite-drivers/0193", "ride")]
    [InlineData("POST", "/v1/payment-methods", "payment")]
    [InlineData("GET", "/v1/rides/0193/payment", "payment")]
    [InlineData("GET", "/v1/rides/0193/payment/code", "payment")]
    [InlineData("GET", "/v1/rides/0193/payment/code.svg", "payment")]
    [InlineData("POST", "/v1/rides/0193/payment/retry", "payment")]
    [InlineData("POST", "/v1/ops/rides/0193/payment/closures", "payment")]
    [InlineData("POST", "/v1/wallet/top-ups", "payment")]
    [InlineData("POST", "/v1/quotes", "billing")]
    [InlineData("GET", "/v1/surge", "billing")]
    [InlineData("PUT", "/v1/ops/surge-rules", "billing")]
    [InlineData("GET", "/v1/rides/0193/fare", "billing")]
    [InlineData("GET", "/v1/rides/0193/receipt.pdf", "billing")]
    [InlineData("GET", "/v1/wallet", "billing")]
    [InlineData("GET", "/v1/ops/rides/0193/money", "billing")]
    [InlineData("POST", "/v1/ops/chargebacks/0193/forgive", "billing")]
    [InlineData("POST", "/v1/ops/disputes/0193/evidence", "payment")]
    [InlineData("GET", "/v1/ops/reconciliations/2026-11-21", "payment")]
    [InlineData("PUT", "/v1/me/bank-account", "payment")]
    public async Task Every_path_leads_to_its_service_and_only_with_a_token(string method, string path, string service)
    {
        using var asked = new HttpRequestMessage(new(method), path);
        using var askedByNobody = new HttpRequestMessage(new(method), path);
        asked.Headers.Authorization = new("Bearer", fleet.Token());

        var told = await (await fleet.Production.SendAsync(asked, Ct)).Content.ReadFromJsonAsync<JsonElement>(Ct);
        using var refused = await fleet.Production.SendAsync(askedByNobody, Ct);

        Assert.Equal((service, path), (told.GetProperty("service").GetString(), told.GetProperty("path").GetString()));
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal("unauthenticated", await CodeOf(refused));
    }

    [Theory]
    [InlineData("Bearer nonsense")]
    [InlineData("Bearer ")]
    [InlineData("Basic dXNlcjpwYXNz")]
    public async Task What_is_not_our_token_is_401_with_a_problem(string authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/me");
        request.Headers.TryAddWithoutValidation("Authorization", authorization);

        using var answer = await fleet.Development.SendAsync(request, Ct);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task A_token_changed_by_one_letter_is_refused()
    {
        var token = fleet.Token();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/me");
        var middle = token.Length / 2;
        request.Headers.Authorization = new("Bearer", token[..middle] + (token[middle] == 'A' ? 'B' : 'A') + token[(middle + 1)..]);

        using var answer = await fleet.Development.SendAsync(request, Ct);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Theory]
    [InlineData("/v1/otp", "user")]
    [InlineData("/v1/sessions", "user")]
    [InlineData("/v1/sessions/refresh", "user")]
    [InlineData("/v1/webhooks/sandbox", "payment")]
    [InlineData("/v1/webhooks/stripe", "payment")]
    [InlineData("/v1/shared-rides/0193", "ride")]
    [InlineData("/sandbox/sms/+12125550100", "sandbox")]
    [InlineData("/sandbox/pay/0193", "sandbox")]
    public async Task What_comes_before_a_login_needs_no_token(string path, string service)
    {
        using var phone = fleet.FromOwnAddress();

        var told = await (await phone.PostAsync(path, null, Ct)).Content.ReadFromJsonAsync<JsonElement>(Ct);

        Assert.Equal(service, told.GetProperty("service").GetString());
    }

    // NebengJek 8, anchors 2.3, 7: a caller's word about its own identity was believed.
    [Fact]
    public async Task Nobody_outside_can_say_that_they_are_a_service_or_at_another_address()
    {
        using var client = fleet.LoggedIn();
        client.DefaultRequestHeaders.Add("X-Service-Name", "match");
        client.DefaultRequestHeaders.Add("X-Service-Key", "guess");
        client.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.9");

        var headers = (await client.GetFromJsonAsync<JsonElement>("/v1/me", Ct)).GetProperty("headers");

        Assert.False(headers.TryGetProperty("x-service-name", out _));
        Assert.False(headers.TryGetProperty("x-service-key", out _));
        Assert.Equal("127.0.0.1", headers.GetProperty("x-forwarded-for").GetString());
    }

    // NebengJek 6, 8: internal routes guarded by one shared key. From outside they do not exist, with or without a token.
    [Theory]
    [InlineData("/internal/nearby")]
    [InlineData("/internal/positions")]
    [InlineData("//internal/nearby")]
    [InlineData("/v1/../internal/nearby")]
    [InlineData("/v1/rides/%2e%2e/%2e%2e/internal/nearby")]
    [InlineData("/v1/rides/..%2f..%2finternal/nearby/x/y")]
    [InlineData("/Internal/nearby")]
    [InlineData("/v1/unknown")]
    [InlineData("/v1/mexico")]
    public async Task Internal_and_unknown_paths_are_not_there(string path)
    {
        var answer = await Raw($"GET {path} HTTP/1.1\r\nHost: tumpang\r\nAuthorization: Bearer {fleet.Token()}\r\nConnection: close\r\n\r\n");

        Assert.DoesNotContain("\"service\":\"location\"", answer);
        Assert.DoesNotContain("\"path\":\"/internal", answer, StringComparison.OrdinalIgnoreCase);
        Assert.True(answer.StartsWith("HTTP/1.1 404", StringComparison.Ordinal) || answer.Contains("\"service\":\"ride\""), answer);
        Assert.DoesNotContain(fleet.Stub("location").Received, received => received.Contains("internal", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task The_sandbox_exists_in_development_only()
    {
        using var answer = await fleet.Production.GetAsync("/sandbox/sms/+12125550100", Ct);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("not-found", await CodeOf(answer));
    }

    [Fact]
    public async Task A_socket_comes_through_with_its_token_in_a_header_or_a_subprotocol()
    {
        var byHeader = new ClientWebSocket();
        byHeader.Options.SetRequestHeader("Authorization", $"Bearer {fleet.Token()}");
        var bySubprotocol = new ClientWebSocket();
        bySubprotocol.Options.AddSubProtocol("tumpang.v1");
        bySubprotocol.Options.AddSubProtocol($"bearer.{fleet.Token()}");

        Assert.Equal("hello", await Echo(byHeader));
        Assert.Equal("hello", await Echo(bySubprotocol));
        await Assert.ThrowsAsync<WebSocketException>(() => Echo(new ClientWebSocket()));
    }

    async Task<string> Echo(ClientWebSocket socket)
    {
        using (socket)
        {
            var address = new UriBuilder(fleet.Development.BaseAddress!) { Scheme = "ws", Path = "/v1/ws" }.Uri;
            await socket.ConnectAsync(address, Ct);
            await socket.SendAsync("hello"u8.ToArray(), WebSocketMessageType.Text, true, Ct);
            var buffer = new byte[64];
            var frame = await socket.ReceiveAsync(buffer, Ct);
            return Encoding.UTF8.GetString(buffer, 0, frame.Count);
        }
    }

    /// <summary>Past the clients that tidy a path before they send it.</summary>
    async Task<string> Raw(string request)
    {
        using var client = new System.Net.Sockets.TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, fleet.Development.BaseAddress!.Port, Ct);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), Ct);
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadToEndAsync(Ct);
    }

    static async Task<string?> CodeOf(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("code").GetString();
}
