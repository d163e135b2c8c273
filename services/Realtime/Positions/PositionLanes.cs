using System.Threading.Channels;
using Microsoft.Extensions.Options;
using Tumpang.Realtime.Sockets;

namespace Tumpang.Realtime.Positions;

/// <summary>
/// Gathers positions of all sockets for a moment and hands them to location together. A driver always has the same lane, so the order of
/// their points is kept; lanes are bounded, so a slow location makes phones wait and not this process grow.
/// </summary>
sealed partial class PositionLanes(LocationClient location, IOptions<RealtimeOptions> options, RealtimeMetrics metrics, ILogger<PositionLanes> logger) : BackgroundService
{
    /// <summary>What location takes of one driver in one call.</summary>
    public const int MostPointsPerFrame = 500;

    /// <summary>What location takes in one call.</summary>
    const int MostPointsPerCall = 5_000;
    const int Lanes = 4;

    readonly Channel<Reported>[] lanes = [.. Enumerable.Range(0, Lanes).Select(_ => Channel.CreateBounded<Reported>(
        new BoundedChannelOptions(options.Value.WaitingFrames) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait }))];

    /// <summary>Takes a frame of positions; false when too many are waiting.</summary>
    public bool TryAdd(Connection connection, IReadOnlyList<ReportedPosition> points) =>
        lanes[(uint)connection.UserId.GetHashCode() % Lanes].Writer.TryWrite(new(connection, points));

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(lanes.Select(lane => Carry(lane.Reader, stoppingToken)));

    async Task Carry(ChannelReader<Reported> lane, CancellationToken ct)
    {
        while (await lane.WaitToReadAsync(ct))
        {
            await Task.Delay(options.Value.GatherPositionsFor, ct);
            while (Gather(lane) is { Count: > 0 } gathered)
            {
                await HandOver(gathered, ct);
            }
        }
    }

    /// <summary>As many frames as one call may hold, merged per connection, in their order.</summary>
    static Dictionary<Connection, List<ReportedPosition>> Gather(ChannelReader<Reported> lane)
    {
        var gathered = new Dictionary<Connection, List<ReportedPosition>>();
        var total = 0;
        while (lane.TryPeek(out var next) && total + next.Points.Count <= MostPointsPerCall)
        {
            var known = gathered.TryGetValue(next.Connection, out var points);
            if (known && points!.Count + next.Points.Count > MostPointsPerFrame)
            {
                break;
            }

            lane.TryRead(out _);
            total += next.Points.Count;
            (points ??= gathered[next.Connection] = []).AddRange(next.Points);
        }

        return gathered;
    }

    async Task HandOver(Dictionary<Connection, List<ReportedPosition>> gathered, CancellationToken ct)
    {
        // Two sockets of one user overlap for a moment at a takeover; location takes each driver once per call.
        var drivers = gathered.GroupBy(entry => entry.Key.UserId).Select(group => new DriverPositions(group.Key, [.. group.SelectMany(entry => entry.Value).Take(MostPointsPerFrame)])).ToList();
        try
        {
            var tallies = (await location.Report(drivers, ct)).ToDictionary(tally => tally.DriverId);
            foreach (var connection in gathered.Keys)
            {
                var tally = tallies[connection.UserId];
                connection.Answer(new { type = "positions", data = new { tally.Accepted, tally.Refused } });
                metrics.Positions(tally.Accepted);
            }
        }
        catch (Exception exception) when (!ct.IsCancellationRequested)
        {
            // Positions may be lost; the next ones are on their way.
            Lost(drivers.Count, exception.Message);
            foreach (var connection in gathered.Keys)
            {
                connection.Answer(new { type = "error", data = new { code = "unavailable", detail = "These positions were not taken; send the newest again." } });
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Positions of {Drivers} drivers could not be handed to location: {Reason}")]
    partial void Lost(int drivers, string reason);

    sealed record Reported(Connection Connection, IReadOnlyList<ReportedPosition> Points);
}
