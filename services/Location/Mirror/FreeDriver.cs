using Tumpang.Contracts;

namespace Tumpang.Locations.Mirror;

/// <summary>A driver of a pool. Never changed, only replaced, so that no search reads half a position.</summary>
/// <param name="hash">The place, as Redis rounds it.</param>
/// <param name="atMilliseconds">When the driver was there, city time.</param>
sealed class FreeDriver(Guid id, ulong hash, long atMilliseconds)
{
    public Guid Id => id;

    public ulong Hash => hash;

    public long AtMilliseconds => atMilliseconds;

    public GeoPoint Position { get; } = RedisGeo.Centre(hash);

    public Direction Direction { get; } = Direction.Of(RedisGeo.Centre(hash));

    /// <summary>Kept by the index.</summary>
    public int Cell { get; set; }
}

/// <summary>A driver who was found, and how far away.</summary>
readonly record struct Hit(FreeDriver Driver, double Metres)
{
    /// <summary>As far as another is before it by the id, so that one search has one answer.</summary>
    public bool IsBefore(in Hit other) => Metres < other.Metres || (Metres == other.Metres && Driver.Id.CompareTo(other.Driver.Id) < 0);

    /// <summary>Redis hands out distances to a tenth of a millimetre; whoever rounds them rounds what it was given.</summary>
    public NearbyDriver ToNearby() => new(
        Driver.Id, Driver.Position, (int)Math.Round(Math.Round(Metres, 4)), DateTimeOffset.FromUnixTimeMilliseconds(Driver.AtMilliseconds));
}
