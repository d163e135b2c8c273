using System.Collections.Concurrent;
using Tumpang.Roads;
using Tumpang.ServiceDefaults;

namespace Tumpang.Simulator;

/// <summary>What every phone of one run shares: the door to the fleet, the clock, the roads, the street and the notebook.</summary>
public sealed class City(Uri gateway, CityClock clock)
{
    readonly ConcurrentDictionary<Guid, int> drivenMetres = new();
    readonly ConcurrentDictionary<Guid, int> meteredMetres = new();

    /// <summary>The fleet's one public address.</summary>
    public Uri Gateway { get; } = gateway;

    /// <summary>City time, the same that the services keep.</summary>
    public CityClock Clock { get; } = clock;

    public RoadNetwork Roads { get; } = RoadNetwork.Manhattan;

    public Street Street { get; } = new();

    public Measurements Measured { get; } = new();

    /// <summary>The true length of a ride, known to the car.</summary>
    public void Driven(Guid rideId, int metres) => drivenMetres[rideId] = metres;

    /// <summary>What the fleet metered for it.</summary>
    public void Metered(Guid rideId, int metres) => meteredMetres[rideId] = metres;

    /// <summary>Metered ÷ true length of every ride for which both are known.</summary>
    public double[] MeterAccuracies() =>
        [.. drivenMetres.Where(ride => ride.Value > 0 && meteredMetres.ContainsKey(ride.Key)).Select(ride => (double)meteredMetres[ride.Key] / ride.Value).Order()];
}
