using System.Text.Json.Serialization;

namespace Tumpang.Contracts;

/// <summary>
/// A cell of the map in which passengers and drivers are counted: about 550 m from south to north, and 420 m from west to east in New York. A few blocks,
/// and nobody's door.
/// </summary>
/// <param name="Line">Counted from the equator, north positive.</param>
/// <param name="Place">Counted from Greenwich, east positive.</param>
public readonly record struct MapCell(int Line, int Place)
{
    /// <summary>How high and wide a cell is, degrees.</summary>
    public const double Degrees = 0.005;

    /// <summary>The cell that holds a point; its southern and western edges belong to it.</summary>
    public static MapCell Of(GeoPoint point) => new((int)Math.Floor(point.Latitude / Degrees), (int)Math.Floor(point.Longitude / Degrees));

    /// <summary>Its corner.</summary>
    [JsonIgnore]
    public GeoPoint SouthWest => new(Edge(Line), Edge(Place));

    /// <summary>The corner opposite.</summary>
    [JsonIgnore]
    public GeoPoint NorthEast => new(Edge(Line + 1), Edge(Place + 1));

    /// <summary>The cell and the eight that touch it.</summary>
    public IEnumerable<MapCell> Surroundings()
    {
        for (var line = Line - 1; line <= Line + 1; line++)
        {
            for (var place = Place - 1; place <= Place + 1; place++) yield return new(line, place);
        }
    }

    static double Edge(int cells) => Math.Round(cells * Degrees, 3);
}

/// <summary>How many of something there are in a cell.</summary>
public sealed record CellCount(VehicleClass VehicleClass, MapCell Cell, int Count);

/// <summary>What one service counted in a city and tells another that asks.</summary>
public sealed record CellCounts(IReadOnlyList<CellCount> Cells);
