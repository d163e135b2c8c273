using System.Globalization;
using Tumpang.Contracts;
using Tumpang.Roads;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations.Features;

/// <summary>The quickest way between two places of one city, for a phone's map. Outside New York a straight line with a detour stands in.</summary>
static class GetRoute
{
    public static IResult Handle(string from, string to, Cities cities, RoadMap roads)
    {
        if (Parse(from) is not { } start) return LocationProblems.InvalidPoint("from").ToHttp();
        if (Parse(to) is not { } end) return LocationProblems.InvalidPoint("to").ToHttp();
        if (cities.At(start) is not { } city) return LocationProblems.OutsideServiceArea("from").ToHttp();
        if (cities.At(end) != city) return LocationProblems.OutsideServiceArea("to").ToHttp();

        var route = roads.Find(start, end);
        return TypedResults.Ok(new Answer(
            route.DistanceMetres, route.DurationSeconds, EncodedPolyline.Encode(route.Points.Select(point => point.Position)), "© OpenStreetMap contributors; US Census Bureau"));
    }

    internal static GeoPoint? Parse(string text) =>
        text.Split(',') is [var latitude, var longitude] && Number(latitude) is { } north && Number(longitude) is { } east && new GeoPoint(north, east) is { IsValid: true } point
            ? point
            : null;

    static double? Number(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null;

    /// <param name="Polyline">Google's encoded polyline format, precision 5.</param>
    /// <param name="Attribution">To be shown beside the map.</param>
    public sealed record Answer(int DistanceMetres, int DurationSeconds, string Polyline, string Attribution);
}
