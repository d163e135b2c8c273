using System.Diagnostics.Metrics;

namespace Tumpang.Rides;

/// <summary>What an operator watches of rides.</summary>
sealed class RideMetrics
{
    readonly Counter<long> silent;
    readonly Counter<long> closed;
    readonly Counter<long> sos;

    public RideMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Tumpang.Ride");
        silent = meter.CreateCounter<long>("tumpang.ride.silent", "{ride}", "Rides that nothing was heard of for long.");
        closed = meter.CreateCounter<long>("tumpang.ride.closed", "{ride}", "Silent rides that were closed by rule.");
        sos = meter.CreateCounter<long>("tumpang.ride.sos", "{alert}", "Calls for help.");
    }

    public void SosRaised() => sos.Add(1);

    public void FellSilent(int rides) => silent.Add(rides);

    public void Closed(int rides) => closed.Add(rides);
}
