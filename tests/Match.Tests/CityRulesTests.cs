using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Tumpang.ServiceDefaults;
using Xunit;

namespace Tumpang.Matching.Tests;

public sealed class CityRulesTests
{
    [Theory]
    [InlineData(0, 2_000)]
    [InlineData(9, 2_000)]
    [InlineData(10, 3_000)]
    [InlineData(35, 5_000)]
    [InlineData(600, 8_000)]
    [InlineData(-5, 2_000)]
    public void The_search_grows_in_steps_up_to_its_last_radius(int secondsWaited, int metres) =>
        Assert.Equal(metres, new CityRules().RadiusMetres(TimeSpan.FromSeconds(secondsWaited)));

    /// <summary>Gathering requests pays only where they compete for drivers.</summary>
    [Theory]
    [InlineData(RoundResult.EverybodyServed, 500, 50)]
    [InlineData(RoundResult.SomeLeftOver, 500, 500)]
    [InlineData(RoundResult.EverybodyServed, 20, 20)]
    public void A_zone_pauses_for_its_window_and_shortly_when_everybody_was_served(RoundResult round, int windowMilliseconds, int pauseMilliseconds) =>
        Assert.Equal(
            TimeSpan.FromMilliseconds(pauseMilliseconds), new CityRules { DispatchWindow = TimeSpan.FromMilliseconds(windowMilliseconds) }.PauseAfter(round));

    [Fact]
    public void A_city_inherits_what_it_does_not_set()
    {
        var rules = Read(
            ("Matching:Default:OfferTime", "00:00:20"), ("Matching:Default:DriversAskedAtOnce", "3"), ("Matching:Cities:jakarta:DriversAskedAtOnce", "5"));

        Assert.Equal((TimeSpan.FromSeconds(20), 3), (rules.Of("nyc").OfferTime, rules.Of("nyc").DriversAskedAtOnce));
        Assert.Equal((TimeSpan.FromSeconds(20), 5), (rules.Of("jakarta").OfferTime, rules.Of("jakarta").DriversAskedAtOnce));
    }

    [Fact]
    public void A_wrong_setting_stops_the_start() =>
        Assert.Throws<ValidationException>(() => Read(("Matching:Cities:nyc:OfferTime", "-00:00:01")));

    static MatchingRules Read(params (string Key, string Value)[] settings)
    {
        var pairs = settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value));
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(pairs).Build();
        return new(new Cities(configuration), configuration);
    }
}
