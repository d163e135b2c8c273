using Tumpang.Contracts;
using Tumpang.Locations;

namespace Tumpang.Location.Tests.Service;

/// <summary>Zones as an operator of New York would draw them.</summary>
static class TestZones
{
    /// <summary>About two hundred metres on a side.</summary>
    public static ZoneFeature Square(GeoPoint middle, ZoneKind kind, int priority = 0, bool active = true, Gate[]? gates = null)
    {
        double[] Corner(int north, int east) => [middle.Longitude + (0.001 * east), middle.Latitude + (0.001 * north)];
        return new(
            "Feature", new("Polygon", [[Corner(-1, -1), Corner(-1, 1), Corner(1, 1), Corner(1, -1), Corner(-1, -1)]]),
            new("nyc", $"A square at {middle}", kind, priority, active, gates));
    }
}
