using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations;

/// <summary>A zone as operators draw it: a GeoJSON feature (RFC 7946), so that any map editor can read and write it.</summary>
/// <param name="Type">Feature.</param>
/// <param name="Id">The zone's id, in answers.</param>
public sealed record ZoneFeature(string Type, ZoneGeometry Geometry, ZoneProperties Properties, Guid? Id = null)
{
    const int MaxCorners = 500;
    const int MaxGates = 50;
    const int MaxNameLength = 100;
    const int MaxPriority = 1_000;

    /// <summary>The first thing that is wrong with it, as far as that can be told without geometry.</summary>
    internal Problem? Refuse(Cities cities)
    {
        if (Type != "Feature") return Problem.Invalid("type", "A zone is a GeoJSON Feature.");
        if (!IsName(Properties.Name)) return Problem.Invalid("properties.name", $"A name has 1 to {MaxNameLength} characters on one line.");
        if (!Enum.IsDefined(Properties.Kind)) return Problem.Invalid("properties.kind", "This kind of zone does not exist.");
        if (Properties.Priority is < 0 or > MaxPriority) return Problem.Invalid("properties.priority", $"A priority is 0 to {MaxPriority}.");
        if (cities.Find(Properties.CityId) is not { } city) return Problem.Invalid("properties.cityId", "There is no such city.");

        return RefuseShape(city) ?? RefuseGates();
    }

    Problem? RefuseShape(City city)
    {
        if (Geometry.Type != "Polygon") return LocationProblems.InvalidShape("A zone's geometry is a Polygon.");
        if (Geometry.Coordinates is not [{ } ring]) return LocationProblems.InvalidShape("A zone is one ring without holes; what lies in a hole is a zone of its own.");
        if (ring.Length is < 4 or > MaxCorners) return LocationProblems.InvalidShape($"A ring has 4 to {MaxCorners} positions.");
        if (ring.Any(corner => corner is not [_, _])) return LocationProblems.InvalidShape("A position is longitude, latitude.");
        if (!ring[0].SequenceEqual(ring[^1])) return LocationProblems.InvalidShape("A ring ends where it begins.");
        return ring.All(corner => city.Contains(new(corner[1], corner[0])))
            ? null
            : LocationProblems.InvalidShape("A zone lies within the bounds of its city. Longitude comes first.");
    }

    Problem? RefuseGates()
    {
        var gates = Properties.Gates ?? [];
        return gates.Count > MaxGates ? LocationProblems.InvalidGates($"A zone has at most {MaxGates} gates.")
            : gates.Any(gate => gate is null || !IsName(gate.Name)) ? LocationProblems.InvalidGates($"A gate has a name of 1 to {MaxNameLength} characters on one line.")
            : gates.Any(gate => !gate.Position.IsValid) ? LocationProblems.InvalidGates("A gate has a valid position.")
            : null;
    }

    static bool IsName(string name) => !string.IsNullOrWhiteSpace(name) && name.Length <= MaxNameLength && !name.Any(char.IsControl);
}

/// <param name="Type">Polygon.</param>
/// <param name="Coordinates">One closed ring of positions, longitude first.</param>
public sealed record ZoneGeometry(string Type, double[][][] Coordinates);

/// <param name="Priority">Of several zones over one place, the one with the higher number comes first.</param>
/// <param name="Active">False keeps the zone for later without effect.</param>
/// <param name="Gates">Where passengers are picked up, in the order in which they are shown.</param>
public sealed record ZoneProperties(
    string CityId, string Name, ZoneKind Kind, int Priority = 0, bool Active = true, IReadOnlyList<Gate>? Gates = null);

/// <summary>A pickup point within a zone.</summary>
public sealed record Gate(string Name, GeoPoint Position);
