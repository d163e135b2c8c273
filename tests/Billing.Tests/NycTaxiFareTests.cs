using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>
/// The tariff of September 2012, in force in 2013, worked out by hand: $2.50 for the first unit, $0.50 for each further one; a unit is
/// 1/5 mile (321.8688 m) at 12 mph or more, or 60 s below; fractions of both add up and the last fraction counts whole; $0.50 tax.
/// </summary>
public sealed class NycTaxiFareTests
{
    [Fact]
    public void Two_free_miles_at_two_in_the_afternoon()
    {
        // 3 218 m / 321.8688 m = 9.998 units, so the 10th is running: 2.50 + 9 x 0.50 + 0.50 tax = 7.50
        Assert.Equal(750, Fare(new(3_218, 420, 0, 0)));
        // 3 219 m / 321.8688 m = 10.001 units, the 11th has begun: 2.50 + 10 x 0.50 + 0.50 = 8.00
        Assert.Equal(800, Fare(new(3_219, 420, 0, 0)));
    }

    [Fact]
    public void Ten_minutes_of_crawling_in_the_peak()
    {
        // 600 s / 60 s = 10 units exactly: 2.50 + 9 x 0.50 + 1.00 peak + 0.50 tax = 8.50; the 1 500 m covered meanwhile cost nothing
        Assert.Equal(850, Fare(new(1_500, 600, 1_500, 600), "2013-11-18 16:10"));
        // one second more begins the 11th unit: 9.00
        Assert.Equal(900, Fare(new(1_500, 601, 1_500, 601), "2013-11-18 16:10"));
    }

    [Fact]
    public void Fractions_of_distance_and_time_make_one_unit_together()
    {
        // 1 000 m / 321.8688 m = 3.107 and 100 s / 60 s = 1.667, together 4.774: the 5th runs. 2.50 + 4 x 0.50 + 0.50 = 5.00.
        // Rounded up apart they would make 4 + 2 = 6 units and 5.50.
        Assert.Equal(500, Fare(new(1_200, 250, 200, 100)));
    }

    [Fact]
    public void A_cab_left_at_once_costs_the_initial_charge()
    {
        // 2.50 + 0.50 tax
        Assert.Equal(300, Fare(new(0, 0, 0, 0)));
        // the initial charge covers the whole first unit: 321 m, or 60 s standing
        Assert.Equal(300, Fare(new(321, 40, 0, 0)));
        Assert.Equal(300, Fare(new(0, 60, 0, 60)));
    }

    [Fact]
    public void A_night_ride_across_town()
    {
        // 8 000 m at speed = 24.855 units, 240 s at lights = 4 units, together 28.855: the 29th runs.
        // 2.50 + 28 x 0.50 + 0.50 night + 0.50 tax = 17.50
        Assert.Equal(1_750, Fare(new(8_100, 1_200, 100, 240), "2013-11-18 23:30"));
    }

    [Theory]
    [InlineData("2013-11-18 15:59:59", 0)]
    [InlineData("2013-11-18 16:00", 100)]
    [InlineData("2013-11-18 19:59:59", 100)]
    [InlineData("2013-11-18 20:00", 50)]
    [InlineData("2013-11-19 00:00", 50)]
    [InlineData("2013-11-19 05:59:59", 50)]
    [InlineData("2013-11-19 06:00", 0)]
    [InlineData("2013-11-22 17:00", 100)] // Friday
    [InlineData("2013-11-23 17:00", 0)]   // Saturday
    [InlineData("2013-11-24 17:00", 0)]   // Sunday
    [InlineData("2013-11-28 17:00", 0)]   // Thanksgiving, a Thursday
    [InlineData("2013-11-28 21:00", 50)]  // nights are charged on holidays too
    public void Surcharges_go_by_the_wall_clock_at_the_pickup(string pickup, long surcharge) =>
        Assert.Equal(300 + surcharge, Fare(new(0, 0, 0, 0), pickup));

    [Fact]
    public void Every_cent_has_a_line()
    {
        var price = Samples.NycTaxi.PriceOf(new(3_219, 420, 0, 0), Samples.Local("2013-11-18 17:00"));

        Assert.Equal([("base", 250), ("meter", 500), ("peak", 100), ("mta-tax", 50)], price.Lines.Select(line => (line.Code, line.AmountMinorUnits)));
    }

    [Fact]
    public void The_tax_is_passed_on_and_the_commission_is_taken_of_the_rest()
    {
        // 9.00 with 0.50 tax: 10 % of 8.50 = 0.85 commission, 7.65 for the driver
        var shares = FareShares.Of(Samples.NycTaxi, Samples.NycTaxi.PriceOf(new(3_219, 420, 0, 0), Samples.Local("2013-11-18 17:00")), 10_000);

        Assert.Equal((900, 85, 765, 50), (shares.Total, shares.Commission, shares.DriverEarning, shares.Tax));
    }

    static long Fare(Journey journey, string pickup = "2013-11-18 14:00") => Samples.NycTaxi.PriceOf(journey, Samples.Local(pickup)).MinorUnits;
}
