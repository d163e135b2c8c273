using System.Collections.Frozen;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching;

/// <summary>A cell of the map in which passengers asked for rides lately.</summary>
/// <param name="South">Its southern edge, degrees; it is <see cref="MapCell.Degrees"/> high and wide.</param>
/// <param name="West">Its western edge, degrees.</param>
/// <param name="Waiting">Who looks for a driver now.</param>
/// <param name="Requested">Everybody who asked within <see cref="DemandMap.Lately"/>, served or not.</param>
public sealed record DemandCell(double South, double West, int Waiting, int Requested)
{
    internal MapCell Cell { get; init; }
}

/// <summary>
/// Where passengers ask for rides, for drivers who look for work. Summed up every few seconds for all cities at once, so that it costs the same whether ten
/// drivers look or ten thousand.
/// </summary>
sealed class DemandMap(Database database, CityClock clock) : ISweep
{
    /// <summary>City time.</summary>
    public static readonly TimeSpan Lately = TimeSpan.FromMinutes(15);

    const int CellsPerAnswer = 1_000;

    const string Sum = """
        select city_id, vehicle_class, floor(st_y(pickup::geometry) / @Degrees)::integer as line, floor(st_x(pickup::geometry) / @Degrees)::integer as place,
               count(*) filter (where status in ('Searching', 'Offered', 'AwaitingPassenger'))::integer as waiting, count(*)::integer as requested
        from   match.ride_requests
        where  requested_at >= @Since and status <> 'Scheduled'
        group  by 1, 2, 3, 4
        """;

    volatile Snapshot latest = new(default, FrozenDictionary<(string, VehicleClass), IReadOnlyList<DemandCell>>.Empty);

    public TimeSpan Every => TimeSpan.FromSeconds(3);

    /// <summary>The busiest cells of a city for a class of vehicle, the busiest first; and when they were counted, city time.</summary>
    public (DateTimeOffset At, IReadOnlyList<DemandCell> Cells) Of(string cityId, VehicleClass vehicleClass) =>
        (latest.At, latest.Cells.GetValueOrDefault((cityId, vehicleClass)) ?? []);

    /// <summary>Who looks for a driver now in a city, by class and cell; null until the first count.</summary>
    public IReadOnlyList<CellCount>? WaitingIn(string cityId)
    {
        var now = latest;
        return now.At == default ? null : [.. now.Cells.Where(zone => zone.Key.CityId == cityId).SelectMany(zone => zone.Value
            .Where(cell => cell.Waiting > 0)
            .Select(cell => new CellCount(zone.Key.VehicleClass, cell.Cell, cell.Waiting)))];
    }

    public async Task<bool> Sweep(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var rows = await database.List<Row>(Sum, new { MapCell.Degrees, Since = now - Lately }, ct);
        latest = new(now, rows.GroupBy(row => (row.CityId, row.VehicleClass)).ToFrozenDictionary(zone => zone.Key, Busiest));
        return false;
    }

    static IReadOnlyList<DemandCell> Busiest(IEnumerable<Row> rows) =>
        [.. rows.Select(row => row.ToCell()).OrderByDescending(cell => cell.Waiting).ThenByDescending(cell => cell.Requested).Take(CellsPerAnswer)];

    sealed record Snapshot(DateTimeOffset At, FrozenDictionary<(string CityId, VehicleClass VehicleClass), IReadOnlyList<DemandCell>> Cells);

    sealed record Row(string CityId, VehicleClass VehicleClass, int Line, int Place, int Waiting, int Requested)
    {
        public DemandCell ToCell()
        {
            var cell = new MapCell(Line, Place);
            return new(cell.SouthWest.Latitude, cell.SouthWest.Longitude, Waiting, Requested) { Cell = cell };
        }
    }
}
