using System.ComponentModel.DataAnnotations;

namespace Tumpang.Rides;

/// <summary>Settings of ride, section Ride. City time, unless they say otherwise.</summary>
sealed class RideOptions
{
    /// <summary>A passenger who is not there so long after the driver's arrival has not come.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan PassengerNoShowAfter { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>A driver who is not there so long after the time that the drive was to take has not come.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "02:00:00")]
    public TimeSpan DriverNoShowAfter { get; set; } = TimeSpan.FromMinutes(10);
}
