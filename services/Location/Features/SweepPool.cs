using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations.Features;

/// <summary>Drivers who fell silent leave the pool, each by their own silence. Searches pass over them before that already.</summary>
sealed class SweepPool(PositionPool pool, Cities cities) : ISweep
{
    const int BatchSize = 500;

    public TimeSpan Every => TimeSpan.FromSeconds(2);

    public async Task<bool> Sweep(CancellationToken ct)
    {
        var more = false;
        foreach (var city in cities.All)
        {
            foreach (var vehicleClass in Enum.GetValues<VehicleClass>())
            {
                ct.ThrowIfCancellationRequested();
                more |= await pool.Sweep(city.Id, vehicleClass, BatchSize);
            }
        }

        return more;
    }
}
