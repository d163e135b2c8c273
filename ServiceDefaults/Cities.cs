using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Tumpang.Contracts;

namespace Tumpang.ServiceDefaults;

/// <summary>Where the fleet operates. Set by the section Cities; New York and Jakarta unless told otherwise.</summary>
public sealed class Cities
{
    readonly City[] all;

    public Cities(IConfiguration configuration)
    {
        var settings = configuration.GetSection("Cities").Get<CityOptions[]>() ?? [NewYork, Jakarta];
        all = [.. settings.Select(City.From)];
    }

    /// <summary>Every city, in the order of the settings.</summary>
    public IReadOnlyList<City> All => all;

    /// <summary>The city whose bounds hold the point; null outside all of them.</summary>
    public City? At(GeoPoint point)
    {
        foreach (var city in all)
        {
            if (city.Contains(point))
            {
                return city;
            }
        }

        return null;
    }

    /// <summary>A city by its id.</summary>
    public City? Find(string cityId) => Array.Find(all, city => city.Id == cityId);

    static CityOptions NewYork => new()
    {
        Id = "nyc",
        Name = "New York",
        TimeZone = "America/New_York",
        Currency = "USD",
        South = 40.49,
        North = 40.93,
        West = -74.27,
        East = -73.68,
        VehicleClasses = [VehicleClass.Standard, VehicleClass.Premium, VehicleClass.Van],
    };

    static CityOptions Jakarta => new()
    {
        Id = "jakarta",
        Name = "Jakarta",
        TimeZone = "Asia/Jakarta",
        Currency = "IDR",
        South = -6.80,
        North = -5.90,
        West = 106.40,
        East = 107.20,
        VehicleClasses = [VehicleClass.Motorcycle, VehicleClass.Standard, VehicleClass.Van],
    };
}

/// <summary>One city: where it is, what time and money it keeps, what may be ordered there.</summary>
public sealed record City(
    string Id, string Name, TimeZoneInfo TimeZone, string Currency, GeoPoint SouthWest, GeoPoint NorthEast, IReadOnlyList<VehicleClass> VehicleClasses)
{
    /// <summary>True inside the bounding box, edges included.</summary>
    public bool Contains(GeoPoint point) =>
        point.Latitude >= SouthWest.Latitude && point.Latitude <= NorthEast.Latitude &&
        point.Longitude >= SouthWest.Longitude && point.Longitude <= NorthEast.Longitude;

    /// <summary>The instant at which a day begins by the city's wall clock; where the clocks are put forward at midnight, the first that there is.</summary>
    public DateTimeOffset StartOf(DateOnly day)
    {
        var midnight = day.ToDateTime(TimeOnly.MinValue);
        while (TimeZone.IsInvalidTime(midnight)) midnight = midnight.AddMinutes(15);
        return new(midnight, TimeZone.IsAmbiguousTime(midnight) ? TimeZone.GetAmbiguousTimeOffsets(midnight).Max() : TimeZone.GetUtcOffset(midnight));
    }

    internal static City From(CityOptions options) => new(
        options.Id, options.Name, TimeZoneInfo.FindSystemTimeZoneById(options.TimeZone), options.Currency,
        new(options.South, options.West), new(options.North, options.East), options.VehicleClasses);
}

/// <summary>A city as it stands in the settings; bounds in WGS 84 degrees.</summary>
public sealed class CityOptions
{
    [Required] public string Id { get; set; } = "";
    [Required] public string Name { get; set; } = "";

    /// <summary>IANA id, for example Asia/Jakarta.</summary>
    [Required] public string TimeZone { get; set; } = "";

    /// <summary>ISO 4217.</summary>
    [Required] public string Currency { get; set; } = "";

    public double South { get; set; }
    public double North { get; set; }
    public double West { get; set; }
    public double East { get; set; }
    public VehicleClass[] VehicleClasses { get; set; } = [];
}
