using System.ComponentModel.DataAnnotations;

namespace Tumpang.Rides;

/// <summary>Settings of ride, section Ride. City time, unless they say otherwise.</summary>
sealed class RideOptions : IValidatableObject
{
    /// <summary>A passenger who is not there so long after the driver's arrival has not come.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan PassengerNoShowAfter { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>A driver who is not there so long after the time that the drive was to take has not come.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "02:00:00")]
    public TimeSpan DriverNoShowAfter { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>A ride under way of which nothing is heard for so long is told of.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan SilentAfter { get; set; } = TimeSpan.FromMinutes(45);

    /// <summary>A ride of which nothing is heard for so long is closed. Longer than <see cref="SilentAfter"/>, so that somebody can look first.</summary>
    [Range(typeof(TimeSpan), "00:02:00", "7.00:00:00")]
    public TimeSpan ClosedAfter { get; set; } = TimeSpan.FromHours(4);

    /// <summary>Between telling of a silent ride and closing it.</summary>
    public TimeSpan TimeToLook => ClosedAfter - SilentAfter;

    /// <summary>Help can be asked for so long after the end of a ride.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan SosAfterEnd { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Something lost or wrong can be reported so long after the end of a ride.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan CasesAfterEnd { get; set; } = TimeSpan.FromDays(30);

    /// <summary>A link to a ride shows it for so long after its end.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan SharedAfterEnd { get; set; } = TimeSpan.FromMinutes(30);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (TimeToLook <= TimeSpan.Zero) yield return new($"{nameof(ClosedAfter)} must be longer than {nameof(SilentAfter)}.", [nameof(ClosedAfter)]);
    }
}
