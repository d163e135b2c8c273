using Tumpang.Contracts;

namespace Tumpang.Roads;

/// <summary>How far and how long, without the way itself.</summary>
/// <param name="DistanceMetres">Driven metres, whole.</param>
/// <param name="DurationSeconds">Driving time, whole seconds.</param>
public readonly record struct RouteEstimate(int DistanceMetres, int DurationSeconds)
{
    internal static RouteEstimate Of(double metres, double seconds) => new((int)Math.Round(metres), (int)Math.Round(seconds));
}

/// <summary>A place on a route and when a car that left at zero passes it.</summary>
/// <param name="MetresFromStart">Driven metres up to here.</param>
/// <param name="SecondsFromStart">Driving time up to here.</param>
public readonly record struct RoutePoint(GeoPoint Position, double MetresFromStart, double SecondsFromStart);

/// <summary>A way through the city, from the asked start to the asked end.</summary>
/// <param name="DistanceMetres">Driven metres, whole.</param>
/// <param name="DurationSeconds">Driving time, whole seconds.</param>
/// <param name="Points">The bends of the way in order, both ends included; at least two.</param>
public sealed record Route(int DistanceMetres, int DurationSeconds, IReadOnlyList<RoutePoint> Points)
{
    /// <summary>Where a car is <paramref name="elapsed"/> after it left; the last point once it has arrived.</summary>
    public GeoPoint PositionAt(TimeSpan elapsed)
    {
        var seconds = elapsed.TotalSeconds;
        if (seconds <= 0) return Points[0].Position;

        var next = FirstPointAfter(seconds);
        return next == Points.Count ? Points[^1].Position : Between(Points[next - 1], Points[next], seconds);
    }

    int FirstPointAfter(double seconds)
    {
        var (low, high) = (0, Points.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Points[middle].SecondsFromStart <= seconds) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    static GeoPoint Between(RoutePoint before, RoutePoint after, double seconds)
    {
        var share = (seconds - before.SecondsFromStart) / (after.SecondsFromStart - before.SecondsFromStart);
        return new GeoPoint(
            double.Lerp(before.Position.Latitude, after.Position.Latitude, share),
            double.Lerp(before.Position.Longitude, after.Position.Longitude, share));
    }
}
