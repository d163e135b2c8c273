using Tumpang.Contracts;

namespace Tumpang.Locations.Mirror;

/// <summary>
/// Cuts a city into cells of a block, row by row from the south-west. Whoever stands outside the city counts to the cell at its edge.
/// </summary>
sealed class Grid
{
    /// <summary>In a full city a dozen drivers stand in a cell, and the nearest twenty in a few of them.</summary>
    const double CellMetres = 100;

    /// <summary>Two megabytes of cells; those of larger cities are larger.</summary>
    const int MostCells = 1 << 18;

    /// <summary>More than rounding can add to a bound.</summary>
    const double SlackMetres = 0.01;

    readonly double south, west, height, width;

    public Grid(GeoPoint southWest, GeoPoint northEast)
    {
        (south, west) = (southWest.Latitude, southWest.Longitude);
        var (degreesNorth, degreesEast) = (northEast.Latitude - south, northEast.Longitude - west);
        var middle = Math.Cos(double.DegreesToRadians(south + (degreesNorth / 2)));
        var (metresNorth, metresEast) = (RedisGeo.MetresOfLatitude(degreesNorth), RedisGeo.MetresOfLatitude(degreesEast) * middle);
        var cell = Math.Max(CellMetres, Math.Sqrt(metresNorth * metresEast / MostCells));
        Rows = Math.Clamp((int)Math.Ceiling(metresNorth / cell), 1, MostCells);
        Columns = Math.Clamp((int)Math.Ceiling(metresEast / cell), 1, MostCells);
        (height, width) = (degreesNorth / Rows, degreesEast / Columns);
    }

    public int Rows { get; }

    public int Columns { get; }

    public int RowOf(GeoPoint place) => Along(place.Latitude - south, height, Rows);

    public int ColumnOf(GeoPoint place) => Along(place.Longitude - west, width, Columns);

    public int CellOf(GeoPoint place) => (RowOf(place) * Columns) + ColumnOf(place);

    /// <summary>The same place, its longitude counted to the side of the Earth on which the city is.</summary>
    public GeoPoint Unwound(GeoPoint place) => (place.Longitude - west) switch
    {
        > 180 => place with { Longitude = place.Longitude - 360 },
        < -180 => place with { Longitude = place.Longitude + 360 },
        _ => place,
    };

    /// <summary>Nobody in a row is nearer to a place than this. Infinite for a row that there is not.</summary>
    public double MetresToRow(GeoPoint place, int row)
    {
        if (row < 0 || row >= Rows) return double.PositiveInfinity;
        var toNorth = row == 0 ? 0 : Edge(south, height, row) - place.Latitude;
        var toSouth = row == Rows - 1 ? 0 : place.Latitude - Edge(south, height, row + 1);
        return RedisGeo.MetresOfLatitude(Math.Max(0, Math.Max(toNorth, toSouth))) - SlackMetres;
    }

    /// <summary>Nobody in a column is nearer to a place, of whose latitude the cosine is given, than this. Infinite for a column that there is not.</summary>
    public double MetresToColumn(GeoPoint place, double cosine, int column)
    {
        if (column < 0 || column >= Columns) return double.PositiveInfinity;
        var toEast = column == 0 ? 0 : Edge(west, width, column) - place.Longitude;
        var toWest = column == Columns - 1 ? 0 : place.Longitude - Edge(west, width, column + 1);
        return RedisGeo.MetresToMeridian(Math.Max(0, Math.Max(toEast, toWest)), cosine) - SlackMetres;
    }

    static int Along(double degrees, double step, int count) => step > 0 ? (int)Math.Clamp(Math.Floor(degrees / step), 0, count - 1) : 0;

    static double Edge(double first, double step, int count) => first + (count * step);
}
