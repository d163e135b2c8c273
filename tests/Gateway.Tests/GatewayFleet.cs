using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Tumpang.Testing;
using Xunit;

[assembly: AssemblyFixture(typeof(Tumpang.Gateway.Tests.GatewayFleet))]

namespace Tumpang.Gateway.Tests;

/// <summary>
/// Two gateways in front of stubs. The development one has a dead service (billing) and a service of which one of two copies is dead (match);
/// the production one has everything alive.
/// </summary>
public sealed class GatewayFleet : IAsyncLifetime
{
    public const string DeadService = "billing";
    public const string HalfDeadService = "match";
    static readonly string[] Names = ["user", "location", "ride", "payment", "realtime", "sandbox", HalfDeadService, DeadService];

    readonly Dictionary<string, StubService> stubs = [];
    TestServers servers = null!;
    int lastAddress;

    public HttpClient Development { get; } = new();

    public HttpClient Production { get; } = new();

    public async ValueTask InitializeAsync()
    {
        servers = await TestServers.Start("Gateway.Tests");
        foreach (var name in Names)
        {
            stubs[name] = await StubService.Start(name);
        }

        var (dead, deadCopy) = (await StubService.Start(DeadService), await StubService.Start(HalfDeadService));
        await Start("Production", Production);
        await Start(
            "Development", Development, new($"services__{HalfDeadService}__http__1", deadCopy.Address), new($"services__{DeadService}__http__0", dead.Address));
        await dead.DisposeAsync();
        await deadCopy.DisposeAsync();
        while ((await Development.GetAsync("/health")).IsSuccessStatusCode)
        {
            await Task.Delay(100);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await servers.DisposeAsync();
        await Task.WhenAll(stubs.Values.Select(stub => stub.DisposeAsync().AsTask()));
        Development.Dispose();
        Production.Dispose();
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

    async Task Start(string stage, HttpClient client, params KeyValuePair<string, string>[] addresses)
    {
        var settings = new Dictionary<string, string>(Limits) { ["ASPNETCORE_ENVIRONMENT"] = stage };
        foreach (var (name, address) in stubs.Select(stub => KeyValuePair.Create($"services__{stub.Key}__http__0", stub.Value.Address)).Concat(addresses))
        {
            settings[name] = address;
        }

        client.BaseAddress = (await servers.Run(["gateway"], copies: 1, settings)).Gateway;
    }

    /// <summary>Low enough to be reached by a test.</summary>
    static Dictionary<string, string> Limits => new()
    {
        ["Gateway__AnswerTimeout"] = "00:00:02",
        ["Gateway__Otp__Burst"] = "3",
        ["Gateway__Otp__PerMinute"] = "6",
        ["Gateway__User__Burst"] = "40",
        ["Gateway__User__PerMinute"] = "60",
        ["Gateway__Positions__Burst"] = "100",
        ["Gateway__Positions__PerMinute"] = "60",
        ["Gateway__CorsOrigins__0"] = "https://console.example",
    };
}
