using Tumpang.Contracts;

namespace Tumpang.RecordedDay;

/// <summary>One trip as it was driven.</summary>
/// <param name="Cab">Whose it was; a cab drives one trip at a time.</param>
/// <param name="Metres">Driven.</param>
public sealed record DayTrip(int Number, string Cab, DateTimeOffset PickedUpAt, DateTimeOffset DroppedOffAt, GeoPoint Pickup, GeoPoint DropOff, int Metres)
{
    /// <summary>Whole seconds from pickup to drop-off.</summary>
    public int Seconds => (int)(DroppedOffAt - PickedUpAt).TotalSeconds;
}

/// <summary>Trips of one city, in order of their pickups.</summary>
/// <param name="CityId">As in the fleet's settings.</param>
public sealed record DayRecord(string CityId, string Currency, IReadOnlyList<DayTrip> Trips)
{
    /// <summary>Every so-manieth trip, chosen by the seed.</summary>
    /// <param name="share">0 to 1.</param>
    public DayRecord Thinned(double share, Random random) => this with { Trips = [.. Trips.Where(_ => random.NextDouble() < share)] };
}
