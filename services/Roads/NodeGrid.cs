using Tumpang.Contracts;

namespace Tumpang.Roads;

/// <summary>Finds the node nearest to a point: nodes lie in square cells, which are searched in growing rings.</summary>
internal sealed class NodeGrid
{
    const double CellMetres = 200;
    const double MetresPerDegree = 111_195;

    readonly GeoPoint south;
    readonly double metresPerDegreeEast;
    readonly (double East, double North)[] places;
    readonly int columns, rows;
    readonly int[] firstInCell, nodes;

    public NodeGrid(ReadOnlySpan<GeoPoint> positions)
    {
        var points = positions.ToArray();
        south = new GeoPoint(points.Min(point => point.Latitude), points.Min(point => point.Longitude));
        metresPerDegreeEast = MetresPerDegree * Math.Cos(double.DegreesToRadians((south.Latitude + points.Max(point => point.Latitude)) / 2));
        places = [.. points.Select(Place)];
        columns = (int)(places.Max(place => place.East) / CellMetres) + 1;
        rows = (int)(places.Max(place => place.North) / CellMetres) + 1;

        var cells = places.Select(place => ((int)(place.North / CellMetres) * columns) + (int)(place.East / CellMetres)).ToArray();
        nodes = [.. Enumerable.Range(0, points.Length).OrderBy(node => cells[node])];
        firstInCell = new int[(columns * rows) + 1];
        foreach (var cell in cells) firstInCell[cell + 1]++;
        for (var cell = 0; cell < columns * rows; cell++) firstInCell[cell + 1] += firstInCell[cell];
    }

    /// <summary>Whether a point lies at most this far outside the rectangle that holds all nodes.</summary>
    public bool Reaches(GeoPoint point, double metres)
    {
        var (east, north) = Place(point);
        return east >= -metres && north >= -metres && east <= (columns * CellMetres) + metres && north <= (rows * CellMetres) + metres;
    }

    public int Nearest(GeoPoint point)
    {
        var place = Place(point);
        var (column, row) = ((int)Math.Floor(place.East / CellMetres), (int)Math.Floor(place.North / CellMetres));
        var (nearest, squared) = (-1, double.PositiveInfinity);

        // A node outside ring r is at least r cells away, so a find nearer than that ends the search.
        for (var ring = RingsToGrid(column, row); nearest < 0 || squared > Math.Pow((ring - 1) * CellMetres, 2); ring++)
        {
            for (var y = Math.Max(0, row - ring); y <= Math.Min(rows - 1, row + ring); y++)
            {
                var wholeRow = Math.Abs(y - row) == ring;
                if (wholeRow)
                {
                    for (var x = Math.Max(0, column - ring); x <= Math.Min(columns - 1, column + ring); x++) Search(x, y, place, ref nearest, ref squared);
                }
                else
                {
                    Search(column - ring, y, place, ref nearest, ref squared);
                    Search(column + ring, y, place, ref nearest, ref squared);
                }
            }
        }

        return nearest;
    }

    (double East, double North) Place(GeoPoint point) =>
        ((point.Longitude - south.Longitude) * metresPerDegreeEast, (point.Latitude - south.Latitude) * MetresPerDegree);

    int RingsToGrid(int column, int row) => Math.Max(
        Math.Max(-column, column - (columns - 1)),
        Math.Max(Math.Max(-row, row - (rows - 1)), 0));

    void Search(int column, int row, (double East, double North) from, ref int nearest, ref double squared)
    {
        if (column < 0 || column >= columns) return;
        var cell = (row * columns) + column;
        for (var index = firstInCell[cell]; index < firstInCell[cell + 1]; index++)
        {
            var (east, north) = (places[nodes[index]].East - from.East, places[nodes[index]].North - from.North);
            var distance = (east * east) + (north * north);
            if (distance < squared) (nearest, squared) = (nodes[index], distance);
        }
    }
}
