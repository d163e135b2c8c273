using System.Net;
using System.Text.Json;
using Tumpang.Contracts;
using Tumpang.Simulator;
using Tumpang.Simulator.Phones;

namespace Tumpang.Benchmarks;

/// <summary>A phone under the benchmark's control: the same client that the simulator drives, without a mind of its own.</summary>
public sealed class BenchPhone(City city, int number, int kind) : Phone(
    city, new IPAddress([127, (byte)(20 + kind), (byte)(number / 250), (byte)(1 + (number % 250))]), $"+1646{(kind * 1_000_000) + 2_000_000 + number:0000000}")
{
    /// <summary>The plate and the number tell it apart.</summary>
    public int Number => number;

    /// <summary>Events pushed to this phone.</summary>
    public System.Threading.Channels.ChannelReader<Frame> Frames => Socket.Frames;

    /// <summary>A new account.</summary>
    public async Task<BenchPhone> LoggedIn(CancellationToken ct)
    {
        await LogIn(ct);
        return this;
    }

    /// <summary>A driver with a vehicle, connected, and online at <paramref name="position"/>.</summary>
    public async Task<BenchPhone> OnlineAt(GeoPoint position, CancellationToken ct)
    {
        await LogIn(ct);
        if (!(await Ask(HttpMethod.Get, "/v1/me/driver", null, ct)).IsSuccess)
        {
            await Post("/v1/me/driver", new { vehicle = new { type = "Car", plate = $"B{kind}{number:0000}", @class = "Standard" } }, ct);
        }

        await RefreshTokens(ct);
        await Socket.Open(ct);
        while (!(await Ask(HttpMethod.Put, "/v1/me/availability", new { online = true, position }, ct)).IsSuccess)
        {
            await Task.Delay(100, ct);
        }

        return this;
    }

    /// <summary>Opens the push connection.</summary>
    public Task Connect(CancellationToken ct) => Socket.Open(ct);

    /// <summary>Sends a frame up the socket.</summary>
    public Task<bool> Push(object frame, CancellationToken ct) => Socket.Send(frame, ct);

    /// <summary>How many positions of the next frame the fleet accepts; ask before sending it.</summary>
    public Task<int> NextAcknowledgement() => Socket.NextAcknowledgement();

    /// <summary>Any answer.</summary>
    public Task<Answer> Ask(HttpMethod method, string path, object? body, CancellationToken ct) => Send(method, path, body, ct);

    /// <summary>An answer that must be a success.</summary>
    public Task<JsonElement> Post(string path, object body, CancellationToken ct) => Must(Send(HttpMethod.Post, path, body, ct));

    /// <summary>Waits for the next event of this type; others pass by.</summary>
    public async Task<JsonElement> Hears(string type, CancellationToken ct)
    {
        while (true)
        {
            var frame = await Frames.ReadAsync(ct);
            if (frame.Type == type)
            {
                return frame.Data;
            }
        }
    }
}
