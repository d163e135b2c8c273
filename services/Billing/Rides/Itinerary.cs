using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Tumpang.Zones;

namespace Tumpang.Billing.Rides;

/// <summary>Where a ride is asked to go: places on the way in their order, then the drop-off.</summary>
/// <param name="Stops">As they were sent; null for none.</param>
internal readonly record struct Itinerary(IReadOnlyList<GeoPoint?>? Stops, GeoPoint? DropOff)
{
    /// <summary>The places on the way, once <see cref="WhyNotPoints"/> has found nothing.</summary>
    public IReadOnlyList<GeoPoint> Places => [.. (Stops ?? []).Select(stop => stop!.Value)];

    /// <summary>All of it from here, likewise.</summary>
    public IReadOnlyList<GeoPoint> From(GeoPoint start) => [start, .. Places, DropOff!.Value];

    /// <summary>What is not a point, or is one place too many.</summary>
    /// <param name="reached">Places that the ride has been to already.</param>
    public Problem? WhyNotPoints(int reached = 0)
    {
        if (DropOff is not { IsValid: true }) return BillingProblems.NotAPoint("dropOff");
        if (Stops?.Count > Quote.MostStops - reached) return BillingProblems.TooManyStops;

        for (var index = 0; index < Stops?.Count; index++)
        {
            if (Stops[index] is not { IsValid: true }) return BillingProblems.NotAPoint(FieldOf(index));
        }

        return null;
    }

    /// <summary>Where we do not drive, or nobody may get in or out.</summary>
    public Problem? WhyNotServed(City city, ZoneIndex zones)
    {
        var places = Places;
        for (var index = 0; index < places.Count; index++)
        {
            if (WhyNotServed(FieldOf(index), places[index], city, zones) is { } problem) return problem;
        }

        return WhyNotServed("dropOff", DropOff!.Value, city, zones);
    }

    /// <summary>As above, of one place.</summary>
    public static Problem? WhyNotServed(string field, GeoPoint place, City city, ZoneIndex zones) =>
        !city.Contains(place) || !zones.IsServed(city.Id, place) ? BillingProblems.OutsideServiceArea(field)
        : zones.IsRestricted(city.Id, place) ? BillingProblems.Restricted(field)
        : null;

    /// <summary>Two places in a row that are one.</summary>
    public Problem? WhyNotShort(GeoPoint start, BillingOptions options)
    {
        var legs = LegsFrom(start);
        var shortest = Array.FindIndex(legs, metres => metres < options.ShortestTripMetres);
        return shortest < 0 ? null : shortest == legs.Length - 1 ? BillingProblems.TooShort : BillingProblems.StopTooNear(FieldOf(shortest));
    }

    /// <summary>A way that is longer than any ride.</summary>
    public Problem? WhyNotFar(GeoPoint start, BillingOptions options) =>
        LegsFrom(start).Sum() > options.LongestTripMetres ? BillingProblems.TooFar : null;

    /// <summary>Straight metres from place to place.</summary>
    double[] LegsFrom(GeoPoint start)
    {
        var places = From(start);
        return [.. places.Skip(1).Select((place, leg) => places[leg].MetresTo(place))];
    }

    static string FieldOf(int stop) => $"stops[{stop}]";
}
