using System.Text.Json;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Rides;

/// <summary>A place on the way, as the ride's row has it. It is reached and then left, in the order of the way.</summary>
/// <param name="ArrivedAt">City time, like <paramref name="LeftAt"/>.</param>
sealed record Stop(GeoPoint Position, DateTimeOffset? ArrivedAt = null, DateTimeOffset? LeftAt = null)
{
    /// <summary>The driver waits there.</summary>
    public bool IsHere => ArrivedAt is not null && LeftAt is null;

    /// <summary>
    /// How long the driver waited there, had the wait lasted until <paramref name="end"/> or as long as it did, and counted it from
    /// <paramref name="from"/>; null before it is reached.
    /// </summary>
    public int? WaitedSeconds(DateTimeOffset end, DateTimeOffset? from = null) => ArrivedAt is { } arrivedAt
        ? (int)Math.Max(0, ((LeftAt ?? end) - (from > arrivedAt ? from.Value : arrivedAt)).TotalSeconds)
        : null;
}

/// <summary>A place on the way as both sides see it.</summary>
/// <param name="Number">From 1, in the order of the way.</param>
/// <param name="WaitedSeconds">Once it is left.</param>
sealed record StopView(int Number, GeoPoint Position, DateTimeOffset? ArrivedAt, DateTimeOffset? LeftAt, int? WaitedSeconds);

/// <summary>Places on the way as the column of ride.rides.</summary>
static class Stops
{
    public static IReadOnlyList<Stop> Read(string? stored) => stored is null ? [] : JsonSerializer.Deserialize<List<Stop>>(stored, Json.Options)!;

    public static string? Write(IReadOnlyList<Stop> stops) => stops.Count == 0 ? null : JsonSerializer.Serialize(stops, Json.Options);

    /// <summary>None of them reached.</summary>
    public static IReadOnlyList<Stop> At(IReadOnlyList<GeoPoint>? places) => [.. (places ?? []).Select(place => new Stop(place))];

    /// <summary>The list with another in the place of one.</summary>
    public static IReadOnlyList<Stop> With(this IReadOnlyList<Stop> stops, int number, Func<Stop, Stop> change) =>
        [.. stops.Select((stop, index) => index == number - 1 ? change(stop) : stop)];

    /// <summary>Null for none.</summary>
    public static IReadOnlyList<StopView>? ToViews(IReadOnlyList<Stop> stops) => stops.Count == 0
        ? null
        : [.. stops.Select((stop, index) => new StopView(
            index + 1, stop.Position, stop.ArrivedAt, stop.LeftAt, stop.LeftAt is { } leftAt ? stop.WaitedSeconds(leftAt) : null))];
}
