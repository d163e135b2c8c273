using System.Diagnostics.Metrics;

namespace Tumpang.Realtime;

/// <summary>What realtime counts.</summary>
sealed class RealtimeMetrics
{
    readonly Counter<long> appended;
    readonly Counter<long> pushed;
    readonly Counter<long> positions;
    readonly UpDownCounter<long> sockets;

    public RealtimeMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Tumpang.Realtime");
        appended = meter.CreateCounter<long>("tumpang.realtime.appended", "{event}", "Events put into an inbox.");
        pushed = meter.CreateCounter<long>("tumpang.realtime.pushed", "{event}", "Events sent over a socket.");
        positions = meter.CreateCounter<long>("tumpang.realtime.positions", "{position}", "Positions handed to location.");
        sockets = meter.CreateUpDownCounter<long>("tumpang.realtime.sockets", "{socket}", "Open sockets.");
    }

    public void Appended() => appended.Add(1);

    public void Pushed(int events) => pushed.Add(events);

    public void Positions(int count) => positions.Add(count);

    public void Opened() => sockets.Add(1);

    public void Closed() => sockets.Add(-1);
}
