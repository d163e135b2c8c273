using System.Globalization;
using System.Text;
using System.Text.Json;
using RabbitMQ.Client;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Tumpang.ServiceDefaults.Bus;

namespace Tumpang.Benchmarks;

/// <summary>
/// Ten thousand connected phones on one copy of realtime: how soon all are in, what each costs in memory, and how long an event takes from the
/// bus to the phone. Beside it the same phones and frames through <see cref="BarePush"/>. They connect past the gateway, which would need two files
/// for each. The events are StopLeft, which nobody but realtime hears, at the pace at which five thousand rides are told of their progress.
/// </summary>
public sealed class SocketsBenchmark : IBenchmark
{
    /// <summary>How many phones, where ten thousand are too many.</summary>
    public const string PhonesVariable = "BENCH_PHONES";

    const int WarmUpPhones = 500, EventsPerSecond = 500, FilesBesidePhones = 500;
    const double BarMilliseconds = 200, BytesPerKibibyte = 1_024;
    static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10), Duration = TimeSpan.FromSeconds(45), Settling = TimeSpan.FromSeconds(5);

    readonly int phones = int.TryParse(Environment.GetEnvironmentVariable(PhonesVariable), CultureInfo.InvariantCulture, out var fewer) ? fewer : 10_000;

    public string Name => "sockets";

    public async Task<IReadOnlyList<Figure>> Run(BenchFleet fleet, CancellationToken ct)
    {
        var (pid, address) = fleet.Process("realtime");
        ProcessLimits.MustBearFiles(pid, "realtime", phones + FilesBesidePhones);
        ProcessLimits.MustBearFiles(Environment.ProcessId, "the benchmark", phones + FilesBesidePhones);
        await using var tokens = new FleetTokens(fleet);
        await using var broker = await new ConnectionFactory { Uri = new Uri(fleet.RabbitMq) }.CreateConnectionAsync(ct);
        await using var channel = await broker.CreateChannelAsync(new CreateChannelOptions(true, true, null), ct);

        var door = new UriBuilder(address) { Scheme = "ws", Path = "/v1/ws" }.Uri;
        var pushed = await Measure(pid, user => (door, tokens.Of(user)), happened => Publish(channel, happened, ct), ct);

        await using var bare = await BarePush.Start(fleet.RabbitMq, ct);
        var limit = await Measure(bare.Pid, user => (new Uri(bare.Address, user.ToString()), null), happened => PublishBare(channel, happened, ct), ct);
        await channel.QueueDeleteAsync(BarePush.Queue, cancellationToken: ct);
        const string Limit = "bare Kestrel and broker client";
        return
        [
            new("sockets.phones", phones - pushed.Closed, "phones", phones, "asked"),
            new("sockets.connect", pushed.ConnectedIn.TotalSeconds, "s", limit.ConnectedIn.TotalSeconds, Limit),
            new("sockets.memory", pushed.BytesPerPhone / BytesPerKibibyte, "KiB/phone", limit.BytesPerPhone / BytesPerKibibyte, Limit),
            new("sockets.memory.busy", pushed.BytesPerBusyPhone / BytesPerKibibyte, "KiB/phone", limit.BytesPerBusyPhone / BytesPerKibibyte, Limit),
            new("sockets.rate", pushed.Stream.Frames.PerSecond, "frames/s", 2 * EventsPerSecond, "offered"),
            new("sockets.cpu", pushed.MicrosecondsPerFrame, "µs/frame", limit.MicrosecondsPerFrame, Limit),
            new("sockets.p50", pushed.Stream.Frames.Percentile(0.5), "ms", limit.Stream.Frames.Percentile(0.5), Limit),
            new("sockets.p99", pushed.Stream.Frames.Percentile(0.99), "ms", limit.Stream.Frames.Percentile(0.99), Limit),
            new("sockets.p99-vs-bar", pushed.Stream.Frames.Percentile(0.99), "ms", BarMilliseconds, "bar"),
            new("sockets.max", pushed.Stream.Frames.Percentile(1), "ms", limit.Stream.Frames.Percentile(1), Limit),
            new("sockets.lost", pushed.Stream.Frames.Failures, "frames"),
            new("sockets.stray", pushed.Stream.Stray, "frames"),
        ];
    }

    /// <summary>A small crowd first, so that what every process needs once is not laid on the phones; then the whole one.</summary>
    async Task<Measured> Measure(int pid, Func<Guid, (Uri Address, string? Token)> door, Func<StopLeft, Task> publish, CancellationToken ct)
    {
        await using (var few = await PhoneCrowd.Connect(Math.Min(WarmUpPhones, phones), door, ct))
        {
            await few.Hear(EventsPerSecond, WarmUp, publish, ct);
        }

        await Task.Delay(Settling, ct);
        var before = ProcessLimits.ResidentBytes(pid);
        await using var crowd = await PhoneCrowd.Connect(phones, door, ct);
        await Task.Delay(Settling, ct);
        var connected = ProcessLimits.ResidentBytes(pid);
        await crowd.Hear(EventsPerSecond, WarmUp, publish, ct);
        var worked = ProcessLimits.ProcessorTime(pid);
        var stream = await crowd.Hear(EventsPerSecond, Duration, publish, ct);
        worked = ProcessLimits.ProcessorTime(pid) - worked;
        var busy = ProcessLimits.ResidentBytes(pid);
        return new(crowd.ConnectedIn, (double)(connected - before) / phones, (double)(busy - before) / phones, worked, stream, crowd.Closed);
    }

    static Task Publish(IChannel channel, StopLeft happened, CancellationToken ct)
    {
        var body = Envelope.Wrap(happened.EventId, nameof(StopLeft), JsonSerializer.Serialize(happened, Json.Options), traceParent: null);
        var properties = new BasicProperties { ContentType = Envelope.ContentType, MessageId = happened.EventId.ToString(), DeliveryMode = DeliveryModes.Persistent };
        return channel.BasicPublishAsync(Envelope.ExchangeOf(typeof(StopLeft)), "", true, properties, body, ct).AsTask();
    }

    static Task PublishBare(IChannel channel, StopLeft happened, CancellationToken ct)
    {
        var frame = $$"""{"id":"1795215612345-0","type":"driver-arrived","at":"{{happened.OccurredAt:O}}","data":{{JsonSerializer.Serialize(happened, Json.Options)}}}""";
        var body = BarePush.Message(happened.PassengerId, happened.DriverId, Encoding.UTF8.GetBytes(frame));
        return channel.BasicPublishAsync("", BarePush.Queue, true, new BasicProperties { DeliveryMode = DeliveryModes.Persistent }, body, ct).AsTask();
    }

    sealed record Measured(TimeSpan ConnectedIn, double BytesPerPhone, double BytesPerBusyPhone, TimeSpan Worked, StreamResult Stream, int Closed)
    {
        public double MicrosecondsPerFrame => Worked.TotalMicroseconds / Stream.Frames.SortedMilliseconds.Length;
    }
}
