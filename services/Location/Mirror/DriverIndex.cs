using Tumpang.Contracts;

namespace Tumpang.Locations.Mirror;

/// <summary>
/// The free drivers of a city and class, by cells. Searches take no lock and no memory: a cell is an array that is replaced when somebody comes or goes,
/// and a driver in it an object that is replaced when they move. Who goes from one cell to another is in neither for a moment; a search during which that
/// happened is repeated. One thread writes at a time.
/// </summary>
sealed class DriverIndex(Grid grid)
{
    /// <summary>Cells are counted together by squares of sixteen, so that a search passes over the sea in strides.</summary>
    const int StrideBits = 4, Stride = (1 << StrideBits) - 1;

    /// <summary>After so many tries in vain a search keeps the writer waiting.</summary>
    const int Tries = 8;

    readonly Lock writing = new();
    readonly Dictionary<Guid, FreeDriver> drivers = [];
    readonly FreeDriver[]?[] cells = new FreeDriver[grid.Rows * grid.Columns][];
    readonly int stridesPerRow = (grid.Columns >> StrideBits) + 1;
    readonly int[] inStride = new int[((grid.Rows >> StrideBits) + 1) * ((grid.Columns >> StrideBits) + 1)];

    /// <summary>Odd while somebody goes from one cell to another.</summary>
    long crossings;

    public int Count
    {
        get
        {
            lock (writing) return drivers.Count;
        }
    }

    public FreeDriver? Get(Guid driverId)
    {
        lock (writing) return drivers.GetValueOrDefault(driverId);
    }

    /// <summary>The driver is free, and here now.</summary>
    public void Put(FreeDriver driver)
    {
        driver.Cell = grid.CellOf(driver.Position);
        lock (writing)
        {
            var before = drivers.GetValueOrDefault(driver.Id);
            drivers[driver.Id] = driver;
            if (before is null) Enter(driver);
            else if (before.Cell == driver.Cell) Replace(before, driver);
            else Cross(before, driver);
        }
    }

    /// <summary>The driver is not free any more.</summary>
    public void Remove(Guid driverId)
    {
        lock (writing)
        {
            if (drivers.Remove(driverId, out var driver)) Leave(driver);
        }
    }

    /// <summary>Fills <paramref name="nearest"/> with the nearest of the wanted drivers, in order, as far as there are; how many those are.</summary>
    public int Find(Wanted wanted, Span<Hit> nearest)
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var before = Volatile.Read(ref crossings);
            if (long.IsEvenInteger(before))
            {
                var count = Scan(wanted, nearest);
                if (Volatile.Read(ref crossings) == before) return count;
            }

            Thread.SpinWait(1 << attempt);
        }

        lock (writing) return Scan(wanted, nearest);
    }

    /// <summary>Ring by ring around the place, of each the sides that are within reach, until none is.</summary>
    int Scan(Wanted wanted, Span<Hit> nearest)
    {
        var around = grid.Unwound(wanted.Around);
        var (row, column) = (grid.RowOf(around), grid.ColumnOf(around));
        var found = new NearestDrivers(wanted, nearest);
        LookInto((row * grid.Columns) + column, ref found);
        for (var ring = 1; LookAround(around, row, column, ring, ref found); ring++)
        {
        }

        return found.Count;
    }

    /// <summary>False when the whole ring, and so all that is outside it, is out of reach.</summary>
    bool LookAround(GeoPoint around, int row, int column, int ring, ref NearestDrivers found)
    {
        var (west, east) = (Math.Max(column - ring, 0), Math.Min(column + ring, grid.Columns - 1));
        var (south, north) = (Math.Max(row - ring + 1, 0), Math.Min(row + ring - 1, grid.Rows - 1));
        var (inNorth, inSouth) = (found.Reaches(grid.MetresToRow(around, row + ring)), found.Reaches(grid.MetresToRow(around, row - ring)));
        if (inNorth) LookAlongRow(row + ring, west, east, ref found);
        if (inSouth) LookAlongRow(row - ring, west, east, ref found);
        var inEast = found.Reaches(grid.MetresToColumn(around, found.Cosine, column + ring));
        if (inEast) LookAlongColumn(column + ring, south, north, ref found);
        var inWest = found.Reaches(grid.MetresToColumn(around, found.Cosine, column - ring));
        if (inWest) LookAlongColumn(column - ring, south, north, ref found);
        return inNorth || inSouth || inEast || inWest;
    }

    void LookAlongRow(int row, int west, int east, ref NearestDrivers found)
    {
        for (var column = west; column <= east; column++)
        {
            if (IsEmptyAround(row, column)) column |= Stride;
            else LookInto((row * grid.Columns) + column, ref found);
        }
    }

    void LookAlongColumn(int column, int south, int north, ref NearestDrivers found)
    {
        for (var row = south; row <= north; row++)
        {
            if (IsEmptyAround(row, column)) row |= Stride;
            else LookInto((row * grid.Columns) + column, ref found);
        }
    }

    void LookInto(int cell, ref NearestDrivers found)
    {
        if (Volatile.Read(ref cells[cell]) is not { } here) return;
        foreach (var driver in here) found.Look(driver);
    }

    bool IsEmptyAround(int row, int column) => Volatile.Read(ref inStride[StrideOf(row, column)]) == 0;

    int StrideOf(int row, int column) => ((row >> StrideBits) * stridesPerRow) + (column >> StrideBits);

    int StrideOf(int cell) => StrideOf(cell / grid.Columns, cell % grid.Columns);

    void Cross(FreeDriver before, FreeDriver driver)
    {
        Interlocked.Increment(ref crossings);
        Leave(before);
        Enter(driver);
        Interlocked.Increment(ref crossings);
    }

    void Replace(FreeDriver before, FreeDriver driver)
    {
        var here = cells[driver.Cell]!;
        Volatile.Write(ref here[Array.IndexOf(here, before)], driver);
    }

    void Enter(FreeDriver driver)
    {
        Interlocked.Increment(ref inStride[StrideOf(driver.Cell)]);
        Volatile.Write(ref cells[driver.Cell], [.. cells[driver.Cell] ?? [], driver]);
    }

    void Leave(FreeDriver driver)
    {
        var left = cells[driver.Cell]!.Where(other => other != driver).ToArray();
        Volatile.Write(ref cells[driver.Cell], left.Length == 0 ? null : left);
        Interlocked.Decrement(ref inStride[StrideOf(driver.Cell)]);
    }
}
