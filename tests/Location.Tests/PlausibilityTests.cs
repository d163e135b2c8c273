using Tumpang.Locations;
using Xunit;

namespace Tumpang.Location.Tests;

/// <summary>NebengJek 23 and 24: bad positions are refused with a reason and counted, not charged and not dropped in silence.</summary>
public sealed class PlausibilityTests
{
    static readonly DateTimeOffset Now = new(2013, 11, 18, 21, 0, 0, TimeSpan.Zero);
    static readonly LocationOptions Rules = new();

    [Theory]
    [InlineData(0, 0, 0, 5.0, "Invalid")]
    [InlineData(91, -73.9, 0, 5.0, "Invalid")]
    [InlineData(40.7, -181, 0, 5.0, "Invalid")]
    [InlineData(40.7, -73.9, 0, -1.0, "Invalid")]
    [InlineData(40.7, -73.9, 0, 51.0, "Inaccurate")]
    [InlineData(40.7, -73.9, 31, 5.0, "InTheFuture")]
    [InlineData(40.7, -73.9, -61, 5.0, "Stale")]
    [InlineData(40.7, -73.9, -60, 50.0, null)]
    [InlineData(40.7, -73.9, 30, null, null)]
    public void A_position_is_judged_by_itself(double latitude, double longitude, int secondsFromNow, double? accuracy, string? expected)
    {
        var update = new LocationUpdate(latitude, longitude, Now.AddSeconds(secondsFromNow), accuracy);

        Assert.Equal(expected, Plausibility.OfItself(update, Now, Rules.OfferableFor, Rules)?.ToString());
    }

    [Fact]
    public void The_same_instant_written_in_another_offset_or_with_more_digits_is_the_same_point()
    {
        var utc = new LocationUpdate(40.7, -73.9, Now);
        var local = new LocationUpdate(40.7, -73.9, new DateTimeOffset(2013, 11, 18, 16, 0, 0, TimeSpan.FromHours(-5)).AddTicks(42));

        Assert.Equal(utc.Normalised(), local.Normalised());
    }
}
