using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.ServiceDefaults.Tests;

/// <summary>The pure parts that every service rests on. NebengJek defect 38: configuration and messaging had no tests.</summary>
public sealed class DefaultsTests
{
    static readonly DateTimeOffset Start = new(2013, 11, 18, 21, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Without_settings_city_time_is_system_time() =>
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_000), new CityClock(Options.Create(new CityClockOptions()), new Stopped(DateTimeOffset.FromUnixTimeSeconds(1_000))).GetUtcNow());

    [Fact]
    public void City_time_runs_by_its_factor_from_its_start()
    {
        var system = DateTimeOffset.FromUnixTimeSeconds(1_000);
        var clock = new CityClock(Options.Create(new CityClockOptions { CityStart = Start, SystemStart = system.AddSeconds(-6), Factor = 10 }), new Stopped(system));

        Assert.Equal((Start.AddMinutes(1), TimeSpan.FromSeconds(1.5)), (clock.GetUtcNow(), clock.ToSystem(TimeSpan.FromSeconds(15))));
    }

    [Fact]
    public void A_factor_without_a_start_is_refused() =>
        Assert.Throws<OptionsValidationException>(() => new CityClock(Options.Create(new CityClockOptions { Factor = 10 }), TimeProvider.System));

    [Theory]
    [InlineData(40.7580, -73.9855, "nyc")]
    [InlineData(-6.2, 106.8, "jakarta")]
    [InlineData(51.5, -0.1, null)]
    public void A_point_belongs_to_the_city_around_it(double latitude, double longitude, string? city) =>
        Assert.Equal(city, new Cities(new ConfigurationBuilder().Build()).At(new(latitude, longitude))?.Id);

    /// <summary>Times Square to Washington Square: 3 184 m on the sphere by an independent calculation.</summary>
    [Fact]
    public void Distances_are_great_circles() =>
        Assert.InRange(new GeoPoint(40.7580, -73.9855).MetresTo(new(40.7308, -73.9973)), 3_170, 3_200);

    [Fact]
    public void Money_of_two_currencies_is_not_added() =>
        Assert.Throws<ArgumentException>(() => new Money(1, "USD") + new Money(1, "IDR"));

    [Fact]
    public void A_quote_survives_its_token_and_no_changed_token_is_believed()
    {
        var tokens = Tokens("one");
        var quote = new Quote(
            Guid.CreateVersion7(), Guid.CreateVersion7(), "nyc", VehicleClass.Standard, new(40.7, -73.9), new(40.8, -73.9), Guid.CreateVersion7(), 1, 2_000, 600,
            new(1_100, "USD"), [new("base", 1_100)], Start, Start.AddMinutes(5));

        var token = tokens.Sign(quote);

        Assert.Equivalent(quote, tokens.Read(token), strict: true);
        Assert.All(Enumerable.Range(0, token.Length / 7), part => Assert.Null(tokens.Read(Changed(token, part * 7))));
        Assert.All(new[] { "", "x", token[..40], token[..^4], token + "AAAA" }, broken => Assert.Null(tokens.Read(broken)));
        Assert.Null(Tokens("two").Read(token));
    }

    [Fact]
    public void Every_queue_has_one_name_and_belongs_to_its_service()
    {
        Assert.Equal(Subscriptions.All.Count, Subscriptions.All.Select(subscription => subscription.Queue).Distinct().Count());
        Assert.All(Subscriptions.All, subscription => Assert.StartsWith($"{subscription.Service}-on-", subscription.Queue, StringComparison.Ordinal));
    }

    static QuoteToken Tokens(string key) => new(new ConfigurationBuilder().AddInMemoryCollection([new("Secrets:QuoteSigningKey", key)]).Build());

    static string Changed(string token, int place) => token[..place] + (token[place] == 'A' ? 'B' : 'A') + token[(place + 1)..];

    sealed class Stopped(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
