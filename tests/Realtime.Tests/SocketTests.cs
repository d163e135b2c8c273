using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using Xunit;

namespace Tumpang.Realtime.Tests;

/// <summary>What a phone may say, and how it is answered.</summary>
public sealed class SocketTests(RealtimeFleet fleet)
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_a_token_there_is_no_socket()
    {
        using var http = new HttpClient();
        using var nobody = await http.GetAsync(new Uri(fleet.Copy(0), "/v1/ws"), Ct);
        await Assert.ThrowsAsync<WebSocketException>(() => TestSocket.Open(fleet.Copy(0), "not-a-token"));

        Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
    }

    [Fact]
    public async Task A_browser_shows_its_token_as_a_subprotocol()
    {
        await using var socket = await TestSocket.Open(fleet.Copy(0), fleet.Tokens.Passenger(Guid.CreateVersion7()), inSubprotocol: true);

        await socket.Send("""{"type":"ping"}""");

        await socket.Hears("pong");
    }

    [Theory]
    [InlineData("?lastId=yesterday", HttpStatusCode.BadRequest)]
    [InlineData("", HttpStatusCode.BadRequest)]
    public async Task A_call_that_opens_no_socket_gets_a_clear_problem(string query, HttpStatusCode status)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(fleet.Copy(0), $"/v1/ws{query}"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", fleet.Tokens.Passenger(Guid.CreateVersion7()));
        using var answer = await http.SendAsync(request, Ct);

        Assert.Equal((status, "application/problem+json"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
    }

    /// <summary>NebengJek defects 31 and 32: a quote breaks the error's JSON, and the error does not say what is wrong.</summary>
    [Theory]
    [InlineData("not json \" at all", "invalid-frame")]
    [InlineData("""{"type":"say \"hello\""}""", "unknown-type")]
    [InlineData("""{"type":"positions"}""", "invalid-frame")]
    [InlineData("""{"type":"positions","points":[]}""", "invalid-frame")]
    [InlineData("""{"type":"positions","points":[{"latitude":"north"}]}""", "invalid-frame")]
    [InlineData("{}", "invalid-frame")]
    [InlineData("", "invalid-frame")]
    [InlineData("null", "invalid-frame")]
    public async Task A_frame_that_cannot_be_used_is_explained_and_the_socket_stays(string frame, string code)
    {
        await using var socket = await fleet.Open(Guid.CreateVersion7());

        await socket.Send(frame);

        Assert.Equal(code, (await socket.Hears("error")).GetProperty("data").GetProperty("code").GetString());
        await socket.Send("""{"type":"ping"}""");
        await socket.Hears("pong");
    }

    [Fact]
    public async Task A_passenger_sends_no_positions()
    {
        await using var socket = await fleet.Open(Guid.CreateVersion7(), driver: false);

        await socket.Send("""{"type":"positions","points":[{"latitude":40.75,"longitude":-73.98,"recordedAt":"2026-11-20T23:00:00Z"}]}""");

        Assert.Equal("forbidden", (await socket.Hears("error")).GetProperty("data").GetProperty("code").GetString());
    }

    /// <summary>NebengJek defect 2: a payload names whose position it is. Here it is the token's, and a driver who is not on duty is nobody's business.</summary>
    [Fact]
    public async Task Positions_are_handed_to_location_and_tallied()
    {
        await using var socket = await fleet.Open(Guid.CreateVersion7());

        await socket.Send("""{"type":"positions","points":[{"latitude":40.75,"longitude":-73.98,"recordedAt":"2026-11-20T23:00:00Z","accuracyMetres":5}]}""");

        var data = (await socket.Hears("positions")).GetProperty("data");
        Assert.Equal((0, 1), (data.GetProperty("accepted").GetInt32(), data.GetProperty("refused").EnumerateObject().Sum(reason => reason.Value.GetInt32())));
    }

    /// <summary>As much as a phone may say at once, in pieces as small as a proxy may cut it.</summary>
    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(1_000)]
    public async Task Five_hundred_positions_are_one_frame_however_it_is_cut(int bytesPerPiece)
    {
        await using var socket = await fleet.Open(Guid.CreateVersion7());
        var points = Enumerable.Range(0, 500).Select(second => $$"""{"latitude":40.7512345,"longitude":-73.9812345,"recordedAt":"2026-11-20T23:{{second / 60:00}}:{{second % 60:00}}Z","accuracyMetres":5}""");

        await socket.Send($$"""{"type":"positions","points":[{{string.Join(',', points)}}]}""", bytesPerPiece);

        var data = (await socket.Hears("positions")).GetProperty("data");
        Assert.Equal((0, 500), (data.GetProperty("accepted").GetInt32(), data.GetProperty("refused").EnumerateObject().Sum(reason => reason.Value.GetInt32())));
    }

    [Fact]
    public async Task A_frame_beyond_the_limit_closes_the_socket()
    {
        await using var socket = await fleet.Open(Guid.CreateVersion7());

        await socket.Send(new string('x', 70_000));

        Assert.Equal(1_009, await socket.Closed());
    }
}
