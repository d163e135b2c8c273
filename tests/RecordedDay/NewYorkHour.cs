using Tumpang.Roads;
using Tumpang.Simulator;

namespace Tumpang.RecordedDay;

/// <summary>
/// The rush hour of Manhattan that comes with the project. It has neither drop-off times nor cabs: how far and how long each trip was is what the roads
/// say with the travel times measured in that very hour, and each goes to the cab that has been free for longest.
/// </summary>
public static class NewYorkHour
{
    /// <summary>Nearer ends than this are one corner, and no ride is quoted between them.</summary>
    const double ShortestMetres = 50;

    static readonly TimeSpan BetweenTrips = TimeSpan.FromMinutes(5);

    public static DayRecord Read(Random random)
    {
        var free = new PriorityQueue<string, DateTimeOffset>();
        var cabs = 0;
        var trips = new List<DayTrip>();
        foreach (var trip in CityData.AllTrips(random).Where(trip => trip.Pickup.MetresTo(trip.DropOff) >= ShortestMetres))
        {
            var pickedUpAt = CityData.DemandStart + trip.AfterStart;
            var way = RoadNetwork.Manhattan.Estimate(trip.Pickup, trip.DropOff);
            var droppedOffAt = pickedUpAt.AddSeconds(Math.Max(60, way.DurationSeconds));
            var cab = free.TryPeek(out var waiting, out var since) && since <= pickedUpAt ? waiting : null;
            if (cab is not null)
            {
                free.Dequeue();
            }

            cab ??= $"cab {++cabs}";
            free.Enqueue(cab, droppedOffAt + BetweenTrips);
            trips.Add(new(trip.Number, cab, pickedUpAt, droppedOffAt, trip.Pickup, trip.DropOff, way.DistanceMetres));
        }

        return new("nyc", "USD", trips);
    }
}
