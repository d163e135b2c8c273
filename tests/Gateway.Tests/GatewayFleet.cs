using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Tumpang.Testing;
using Xunit;

[assembly: AssemblyFixture(typeof(Tumpang.Gateway.Tests.GatewayFleet))]

namespace Tumpang.Gateway.Tests;

/// <summary>
/// Gateways in front of stubs. The development one has a dead service (billing) and a service of which one of two copies is dead (match);
/// the production one has everything alive, and the impatient one waits two seconds for an answer.
/// </summary>
public sealed class GatewayFleet : IAsyncLifetime
{
    public const string DeadService = "billing";
    public const string HalfDeadService = "match";
    static readonly string[] Names = ["user", "location", "ride", "payment", "realtime", "sandbox", HalfDeadService, DeadService];

    readonly Dictionary<string, StubService> stubs = [];
    readonly List<Socket> nobody = [];
    TestServers servers = null!;
    int lastAddress;

    public HttpClient Development { get; } = new();

    public HttpClient Production { get; } = new();

    public HttpClient Impatient { get; } = new();

    public async ValueTask InitializeAsync()
    {
        servers = await TestServers.Start("Gateway.Tests");
        foreach (var name in Names)
        {
            stubs[name] = await StubService.Start(name);
        }

        var (dead, deadCopy) = (await StubService.Start(DeadService), await StubService.Start(HalfDeadService));
        await Start("Production", Production);
        await Start("Production", Impatient, KeyValuePair.Create("Gateway__AnswerTimeout", "00:00:02"));
        await Start(
            "Development", Development, KeyValuePair.Create($"services__{HalfDeadService}__http__1", deadCopy.Address),
            KeyValuePair.Create($"services__{DeadService}__http__0", dead.Address));
        await Die(dead);
        await Die(deadCopy);
        while ((await Development.GetAsync("/health")).IsSuccessStatusCode)
        {
            await Task.Delay(100);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await servers.DisposeAsync();
        await Task.WhenAll(stubs.Values.Select(stub => stub.DisposeAsync().AsTask()));
        nobody.ForEach(socket => socket.Dispose());
        Development.Dispose();
        Production.Dispose();
        Impatient.Dispose();
    }

    /// <summary>A new user's access token.</summary>
    public string Token() => servers.Tokens.Passenger(Guid.CreateVersion7());

    /// <summary>A client of the development gateway for one new user.</summary>
    public HttpClient LoggedIn()
    {
        var client = new HttpClient { BaseAddress = Development.BaseAddress };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token());
        return client;
    }

    /// <summary>A client with an address of its own in 127.0.0.0/8, as the simulator's phones have.</summary>
    public HttpClient FromOwnAddress()
    {
        var number = Interlocked.Increment(ref lastAddress);
        var address = new IPAddress([127, 7, (byte)(number / 250), (byte)(1 + (number % 250))]);
        return new(new SocketsHttpHandler
        {
            ConnectCallback = async (context, ct) =>
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Bind(new IPEndPoint(address, 0));
                await socket.ConnectAsync(context.DnsEndPoint, ct);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        { BaseAddress = Development.BaseAddress };
    }

    /// <summary>What has reached a service.</summary>
    internal StubService Stub(string service) => stubs[service];

    /// <summary>Ends a service. Nobody listens where it was, nor will: its port stays taken.</summary>
    async Task Die(StubService service)
    {
        var port = new Uri(service.Address).Port;
        await service.DisposeAsync();
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        nobody.Add(socket);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
    }

    async Task Start(string stage, HttpClient client, params KeyValuePair<string, string>[] others)
    {
        var settings = new Dictionary<string, string>(Limits) { ["ASPNETCORE_ENVIRONMENT"] = stage };
        foreach (var (name, value) in stubs.Select(stub => KeyValuePair.Create($"services__{stub.Key}__http__0", stub.Value.Address)).Concat(others))
        {
            settings[name] = value;
        }

        client.BaseAddress = (await servers.Run(["gateway"], copies: 1, settings)).Gateway;
    }

    /// <summary>Low enough to be reached by a test, and so slow to come back that nothing does while a busy machine sends what a test sends at once.</summary>
    static Dictionary<string, string> Limits => new()
    {
        ["Gateway__Otp__Burst"] = "3",
        ["Gateway__Otp__PerMinute"] = "1",
        ["Gateway__SharedRides__Burst"] = "30",
        ["Gateway__SharedRides__PerMinute"] = "1",
        ["Gateway__User__Burst"] = "40",
        ["Gateway__User__PerMinute"] = "1",
        ["Gateway__Positions__Burst"] = "100",
        ["Gateway__Positions__PerMinute"] = "60",
        ["Gateway__CorsOrigins__0"] = "https://console.example",
    };
}
