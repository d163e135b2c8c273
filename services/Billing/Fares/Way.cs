using Tumpang.Contracts;
using Tumpang.Roads;
using Route = Tumpang.Roads.Route;

namespace Tumpang.Billing.Fares;

/// <summary>The quickest way by road from place to place, in their order.</summary>
internal sealed record Way(IReadOnlyList<Route> Legs)
{
    /// <summary>At least two places.</summary>
    public static Way Through(IReadOnlyList<GeoPoint> places, RoadMap roads) =>
        new([.. places.Skip(1).Select((place, leg) => roads.Find(places[leg], place))]);

    /// <summary>All of it, driven without a wait.</summary>
    public Journey Journey => Legs.Select(Journey.Along).Aggregate((sum, leg) => sum + leg);

    /// <summary>Every bend of it.</summary>
    public IEnumerable<GeoPoint> Bends => Legs.SelectMany(leg => leg.Points).Select(point => point.Position);
}
