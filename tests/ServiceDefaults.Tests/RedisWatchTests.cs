using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Xunit;

namespace Tumpang.ServiceDefaults.Tests;

/// <summary>A process must not go on with a connection to Redis that is open and mute, as one of two copies of a service once did.</summary>
public sealed class RedisWatchTests(BusApp app)
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_process_whose_connection_went_mute_ends_while_Redis_answers_others()
    {
        await using var wire = new Wire(Settings.EndPoints[0]);
        await using var service = await Start(wire);

        wire.MuteWhatIsOpen();

        Assert.True(await Ends(service, TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task A_process_waits_for_a_Redis_that_answers_nobody()
    {
        await using var wire = new Wire(Settings.EndPoints[0]);
        await using var service = await Start(wire);

        wire.MuteEverything();

        Assert.False(await Ends(service, TimeSpan.FromSeconds(25)));
    }

    ConfigurationOptions Settings => ConfigurationOptions.Parse(app.Redis);

    async Task<WebApplication> Start(Wire wire)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration["ConnectionStrings:redis"] = $"127.0.0.1:{wire.Port},password={Settings.Password}";
        builder.Configuration["urls"] = "http://127.0.0.1:0";
        builder.AddRedis();
        var service = builder.Build();
        await service.StartAsync(Ct);
        await service.Services.GetRequiredService<IDatabase>().PingAsync().Soon();
        return service;
    }

    static async Task<bool> Ends(WebApplication service, TimeSpan patience)
    {
        var stopping = service.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        await Task.Delay(patience, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var asksToBeStartedAgain = Environment.ExitCode == 75;
        Environment.ExitCode = 0;
        return stopping.IsCancellationRequested && asksToBeStartedAgain;
    }

    /// <summary>A wire to Redis that can be cut so that neither end notices.</summary>
    sealed class Wire : IAsyncDisposable
    {
        readonly TcpListener listener = new(IPAddress.Loopback, 0);
        readonly CancellationTokenSource end = new();
        readonly IPEndPoint redis;
        readonly Task accepting;
        readonly Lock latch = new();
        volatile Mark marked = new();
        bool everything;

        public Wire(EndPoint redis)
        {
            this.redis = (IPEndPoint)redis;
            listener.Start();
            accepting = Accept();
        }

        public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

        public void MuteWhatIsOpen()
        {
            lock (latch)
            {
                marked.Mute = true;
                marked = new() { Mute = everything };
            }
        }

        public void MuteEverything()
        {
            everything = true;
            MuteWhatIsOpen();
        }

        public async ValueTask DisposeAsync()
        {
            await end.CancelAsync();
            listener.Stop();
            await accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            end.Dispose();
        }

        async Task Accept()
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(end.Token);
                _ = Join(client, marked);
            }
        }

        async Task Join(TcpClient client, Mark mute)
        {
            using (client)
            using (var server = new TcpClient())
            {
                await server.ConnectAsync(redis, end.Token);
                await Task.WhenAny(Copy(client.GetStream(), server.GetStream(), mute), Copy(server.GetStream(), client.GetStream(), mute));
            }
        }

        async Task Copy(NetworkStream from, NetworkStream to, Mark mute)
        {
            var buffer = new byte[8_192];
            while (await from.ReadAsync(buffer, end.Token) is > 0 and var count)
            {
                if (!mute.Mute)
                {
                    await to.WriteAsync(buffer.AsMemory(0, count), end.Token);
                }
            }
        }

        sealed class Mark
        {
            public volatile bool Mute;
        }
    }
}
