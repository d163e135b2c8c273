using System.Text.Json.Serialization;

namespace Tumpang.Contracts;

/// <summary>An amount of money: whole minor units of one ISO 4217 currency. May be negative where a balance may be.</summary>
/// <param name="MinorUnits">Minor units by the ISO 4217 exponent: cents for USD, sen for IDR (3 000 rupiah = 300 000).</param>
/// <param name="Currency">ISO 4217 alphabetic code, upper case, three letters.</param>
public readonly record struct Money(long MinorUnits, string Currency)
{
    public static Money Zero(string currency) => new(0, currency);

    public static Money operator +(Money left, Money right) => new(checked(left.MinorUnits + SameCurrency(left, right).MinorUnits), left.Currency);

    public static Money operator -(Money left, Money right) => new(checked(left.MinorUnits - SameCurrency(left, right).MinorUnits), left.Currency);

    public override string ToString()
    {
        var scale = Currencies.MinorUnitsPerMajor(Currency);
        return scale == 1 ? $"{MinorUnits} {Currency}" : $"{((decimal)MinorUnits / scale).ToString(scale == 100 ? "0.00" : "0.000")} {Currency}";
    }

    static Money SameCurrency(Money left, Money right) => left.Currency == right.Currency
        ? right
        : throw new ArgumentException($"{left.Currency} and {right.Currency} cannot be added.", nameof(right));
}

/// <summary>The exponents of ISO 4217 for the currencies of our cities. The only place that knows them.</summary>
public static class Currencies
{
    /// <summary>How many minor units make one major unit, for example 100 cents to a dollar. Unknown codes count as 100.</summary>
    public static long MinorUnitsPerMajor(string currency) => currency switch
    {
        "BIF" or "CLP" or "DJF" or "GNF" or "ISK" or "JPY" or "KMF" or "KRW" or "PYG" or "RWF" or "UGX" or "VND" or "VUV" or "XAF" or "XOF" or "XPF" => 1,
        "BHD" or "IQD" or "JOD" or "KWD" or "LYD" or "OMR" or "TND" => 1_000,
        _ => 100,
    };

    /// <summary>The smallest amount that people pay, in minor units: nobody uses sen any more, so a rupiah, which is 100 of them.</summary>
    public static long SmallestAmount(string currency) => currency is "IDR" ? MinorUnitsPerMajor(currency) : 1;
}

/// <summary>A position on WGS 84, degrees; latitude always first.</summary>
/// <param name="Latitude">-90 to 90, north positive.</param>
/// <param name="Longitude">-180 to 180, east positive.</param>
public readonly record struct GeoPoint(double Latitude, double Longitude)
{
    /// <summary>Mean radius of the Earth (IUGG), metres.</summary>
    const double EarthRadiusMetres = 6_371_008.8;

    /// <summary>False for values outside the ranges, not-a-number, and the null island (0, 0) that dead GPS chips report.</summary>
    [JsonIgnore]
    public bool IsValid =>
        Latitude is >= -90 and <= 90 && Longitude is >= -180 and <= 180 && (Latitude, Longitude) is not (0, 0);

    /// <summary>Great-circle distance in metres by the haversine formula; exact enough (0.5 %) at city scale.</summary>
    public double MetresTo(GeoPoint other)
    {
        var (fromLatitude, toLatitude) = (double.DegreesToRadians(Latitude), double.DegreesToRadians(other.Latitude));
        var halfLatitude = Math.Sin((toLatitude - fromLatitude) / 2);
        var halfLongitude = Math.Sin(double.DegreesToRadians(other.Longitude - Longitude) / 2);
        var chord = (halfLatitude * halfLatitude) + (Math.Cos(fromLatitude) * Math.Cos(toLatitude) * halfLongitude * halfLongitude);
        return 2 * EarthRadiusMetres * Math.Asin(Math.Min(1, Math.Sqrt(chord)));
    }
}
