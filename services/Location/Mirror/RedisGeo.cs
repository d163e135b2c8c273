using Tumpang.Contracts;

namespace Tumpang.Locations.Mirror;

/// <summary>
/// Places and distances as Redis has them: 26 bits each of latitude and longitude, interleaved, half a metre from the truth at most, on a sphere a little
/// larger than ours. Whoever rounds and measures as Redis does answers as Redis would.
/// </summary>
static class RedisGeo
{
    const double MaxLatitude = 85.05112878, MaxLongitude = 180, EarthRadiusMetres = 6_372_797.560856;
    const int Bits = 26;

    /// <summary>The score of a place in a geo set.</summary>
    public static ulong Hash(GeoPoint place) =>
        Spread(Share(place.Latitude, MaxLatitude)) | (Spread(Share(place.Longitude, MaxLongitude)) << 1);

    /// <summary>The place that Redis gives back for a score: the middle of what is rounded to it.</summary>
    public static GeoPoint Centre(ulong hash) => new(Middle(Gather(hash), MaxLatitude), Middle(Gather(hash >> 1), MaxLongitude));

    /// <summary>The angle between two places, by its haversine: grows with their distance, and costs no arc sine.</summary>
    public static double Haversine(in Direction one, in Direction other)
    {
        var halfLatitude = Sine((other.Latitude - one.Latitude) / 2);
        var halfLongitude = Sine((other.Longitude - one.Longitude) / 2);
        return (halfLatitude * halfLatitude) + (one.Cosine * other.Cosine * halfLongitude * halfLongitude);
    }

    /// <summary>Metres for a haversine.</summary>
    public static double Metres(double haversine) => 2 * EarthRadiusMetres * Math.Asin(Math.Min(1, Math.Sqrt(haversine)));

    /// <summary>The haversine of a distance.</summary>
    public static double HaversineOf(double metres)
    {
        var half = Math.Sin(Math.Min(metres / EarthRadiusMetres, Math.PI) / 2);
        return half * half;
    }

    /// <summary>How far it is at least from a latitude to one that differs by so many degrees.</summary>
    public static double MetresOfLatitude(double degrees) => EarthRadiusMetres * double.DegreesToRadians(degrees);

    /// <summary>How far it is at least from a place to a meridian that is so many degrees away.</summary>
    public static double MetresToMeridian(double degrees, double cosine) =>
        EarthRadiusMetres * Math.Asin(Math.Sin(double.DegreesToRadians(Math.Min(degrees, 90))) * cosine);

    /// <summary>Within a city the series is as exact as a double after three terms, and a search needs hundreds of sines.</summary>
    static double Sine(double angle)
    {
        const double Small = 0.01;
        var square = angle * angle;
        return square > Small * Small ? Math.Sin(angle) : angle * (1 - (square / 6 * (1 - (square / 20))));
    }

    static uint Share(double degrees, double most) => (uint)((degrees + most) / (2 * most) * (1UL << Bits));

    static double Middle(uint share, double most)
    {
        var (low, high) = (-most + (share * 1.0 / (1UL << Bits) * (2 * most)), -most + ((share + 1) * 1.0 / (1UL << Bits) * (2 * most)));
        return (low + high) / 2;
    }

    static ulong Spread(ulong bits)
    {
        bits = (bits | (bits << 16)) & 0x0000FFFF0000FFFF;
        bits = (bits | (bits << 8)) & 0x00FF00FF00FF00FF;
        bits = (bits | (bits << 4)) & 0x0F0F0F0F0F0F0F0F;
        bits = (bits | (bits << 2)) & 0x3333333333333333;
        return (bits | (bits << 1)) & 0x5555555555555555;
    }

    static uint Gather(ulong bits)
    {
        bits &= 0x5555555555555555;
        bits = (bits | (bits >> 1)) & 0x3333333333333333;
        bits = (bits | (bits >> 2)) & 0x0F0F0F0F0F0F0F0F;
        bits = (bits | (bits >> 4)) & 0x00FF00FF00FF00FF;
        bits = (bits | (bits >> 8)) & 0x0000FFFF0000FFFF;
        return (uint)(bits | (bits >> 16));
    }
}

/// <summary>A place in radians, with what every distance from it needs.</summary>
readonly record struct Direction(double Latitude, double Longitude, double Cosine)
{
    public static Direction Of(GeoPoint place)
    {
        var latitude = double.DegreesToRadians(place.Latitude);
        return new(latitude, double.DegreesToRadians(place.Longitude), Math.Cos(latitude));
    }
}
