using Route = Tumpang.Roads.Route;

namespace Tumpang.Billing.Fares;

/// <summary>What a tariff charges for: how far, how long, and how much of it below the speed at which a taximeter counts time.</summary>
/// <param name="DistanceMetres">Whole metres, all of it.</param>
/// <param name="DurationSeconds">Whole seconds of city time, all of it.</param>
/// <param name="SlowDistanceMetres">The part of the distance driven slower than 12 mph.</param>
/// <param name="SlowSeconds">The part of the duration spent slower than 12 mph.</param>
internal readonly record struct Journey(int DistanceMetres, int DurationSeconds, int SlowDistanceMetres, int SlowSeconds)
{
    /// <summary>12 mph: at this speed a fifth of a mile takes exactly 60 s, so both ways of counting agree.</summary>
    const double SlowMetresPerSecond = 12 * 1609.344 / 3600;

    /// <summary>Metres that count as distance on a taximeter; never negative, whatever a track says.</summary>
    public int FastDistanceMetres => Math.Max(0, DistanceMetres - SlowDistanceMetres);

    public static Journey operator +(Journey before, Journey after) => new(
        before.DistanceMetres + after.DistanceMetres, before.DurationSeconds + after.DurationSeconds,
        before.SlowDistanceMetres + after.SlowDistanceMetres, before.SlowSeconds + after.SlowSeconds);

    /// <summary>The journey that a route promises: each of its legs is slow or fast as a whole.</summary>
    public static Journey Along(Route route)
    {
        var (slowMetres, slowSeconds) = (0.0, 0.0);
        for (var index = 1; index < route.Points.Count; index++)
        {
            var metres = route.Points[index].MetresFromStart - route.Points[index - 1].MetresFromStart;
            var seconds = route.Points[index].SecondsFromStart - route.Points[index - 1].SecondsFromStart;
            if (metres < seconds * SlowMetresPerSecond)
            {
                slowMetres += metres;
                slowSeconds += seconds;
            }
        }

        return new(route.DistanceMetres, route.DurationSeconds, (int)Math.Round(slowMetres), (int)Math.Round(slowSeconds));
    }
}
