namespace Tumpang.Runner.Fleets;

/// <summary>City time of a fleet: city start + factor × system time elapsed since system start. No setting means system time.</summary>
/// <param name="CityStart">What the city's clocks showed at <paramref name="SystemStart"/>.</param>
/// <param name="SystemStart">The system instant at which city time began to run.</param>
/// <param name="Factor">City seconds per system second.</param>
public sealed record ClockSetting(DateTimeOffset CityStart, DateTimeOffset SystemStart, double Factor)
{
    /// <summary>The variables that hand it to a service.</summary>
    public IEnumerable<KeyValuePair<string, string>> Variables =>
    [
        new("CityClock__CityStart", CityStart.ToString("O")),
        new("CityClock__SystemStart", SystemStart.ToString("O")),
        new("CityClock__Factor", $"{Factor}"),
    ];

    /// <summary>Whether two fleets keep the same pace; when each began does not matter.</summary>
    public static bool SamePace(ClockSetting? one, ClockSetting? other) => (one?.Factor ?? 1).Equals(other?.Factor ?? 1);
}
