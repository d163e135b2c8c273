using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Tumpang.Zones;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>Each component by itself, on 3 000 rupiah a kilometre in whole rupiah.</summary>
public sealed class FareComponentTests
{
    const long Rupiah = 100;
    static readonly FareInputs TenKilometres = new(10_000, 1_200, 0, 0, new(2013, 11, 18, 14, 0, 0), IsHoliday: false);

    /// <summary>3 km at 3 000, 5 km at 2 500, the rest at 2 000.</summary>
    [Theory]
    [InlineData(1_000, 3_000)]
    [InlineData(3_000, 9_000)]
    [InlineData(4_000, 11_500)]
    [InlineData(8_000, 21_500)]
    [InlineData(10_000, 25_500)]
    public void Each_section_of_the_way_has_its_rate(int metres, long rupiah)
    {
        var policy = Samples.Nebengjek with { DistanceSections = [new(3_000, new(250_000, 1_000_000_000)), new(8_000, new(200_000, 1_000_000_000))] };

        Assert.Equal(rupiah * Rupiah, policy.PriceOf(TenKilometres with { DistanceMetres = metres }).MinorUnits);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(300, 0)]
    [InlineData(330, 250)]
    [InlineData(420, 1_000)]
    public void Waiting_costs_by_the_second_after_what_is_free(int seconds, long rupiah) =>
        Assert.Equal(rupiah * Rupiah, Line(Samples.Nebengjek with { Waiting = new(300, 500 * Rupiah) }, TenKilometres with { WaitedSeconds = seconds }, "waiting"));

    [Theory]
    [InlineData("22:59", 0)]
    [InlineData("23:00", 6_000)]
    [InlineData("00:00", 6_000)]
    [InlineData("04:59", 6_000)]
    [InlineData("05:00", 0)]
    public void The_night_runs_past_midnight(string time, long rupiah) => Assert.Equal(
        rupiah * Rupiah,
        Line(Samples.Nebengjek with { Night = new(2_000, new(23, 0), new(5, 0)) }, TenKilometres with { LocalStart = DateTime.Parse($"2013-11-18 {time}") }, "night-rate"));

    [Theory]
    [InlineData(1_000, 0)]
    [InlineData(1_500, 500)]
    public void The_way_to_the_pickup_costs_beyond_what_is_free(int metres, long rupiah) => Assert.Equal(
        rupiah * Rupiah,
        Line(Samples.Nebengjek with { Pickup = new(1_000, new(1_000 * Rupiah, 1_000_000_000)) }, TenKilometres with { PickupMetres = metres }, "pickup-distance"));

    [Fact]
    public void Stops_and_booking_and_zones_are_lines_of_their_own()
    {
        var policy = Samples.Nebengjek with
        {
            StopMinorUnits = 2_000 * Rupiah,
            BookingMinorUnits = 1_000 * Rupiah,
            ZoneFees = [new(Samples.Bridge, ZoneMeeting.Crossing, "toll", 9_500 * Rupiah), new(Samples.Bridge, ZoneMeeting.Pickup, "airport-fee", 7_000 * Rupiah)],
        };

        var price = policy.PriceOf(TenKilometres with { Stops = 2, ZonesMet = [new(Samples.Bridge, ZoneMeeting.Crossing)] });

        Assert.Equal(
            [("distance", 30_000 * Rupiah), ("stops", 4_000 * Rupiah), ("booking", 1_000 * Rupiah), ("toll", 9_500 * Rupiah)],
            price.Lines.Select(line => (line.Code, line.AmountMinorUnits)));
    }

    /// <summary>11 % on 30 000 is 3 300; within 33 300 it is the same 3 300.</summary>
    [Theory]
    [InlineData(false, 10_000, 33_300, 3_300)]
    [InlineData(true, 11_100, 33_300, 3_300)]
    public void A_sales_tax_is_added_or_told_apart(bool inclusive, int metres, long total, long tax)
    {
        var shares = Shares(Samples.Nebengjek with { SalesTax = new(1_100, inclusive), CommissionBasisPoints = 1_000 }, TenKilometres with { DistanceMetres = metres }, 10_000);

        Assert.Equal((total * Rupiah, tax * Rupiah, 3_000 * Rupiah, 27_000 * Rupiah), (shares.Total, shares.Tax, shares.Commission, shares.DriverEarning));
    }

    /// <summary>Half of the fare bears half of the sales tax, but all of the fixed one.</summary>
    [Fact]
    public void A_lowered_fare_bears_less_sales_tax_and_all_of_a_fixed_one()
    {
        var policy = Samples.Nebengjek with { SalesTax = new(1_000, Inclusive: false), TaxCode = "levy", TaxMinorUnits = 500 * Rupiah, CommissionBasisPoints = 0 };

        var shares = Shares(policy, TenKilometres, 5_000);

        // 30 000 + 500 + 3 000 = 33 500; half is 16 750; 500 and 1 500 of it are tax
        Assert.Equal((16_750 * Rupiah, 2_000 * Rupiah, 14_750 * Rupiah), (shares.Total, shares.Tax, shares.DriverEarning));
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(0, 4_000, 4_000)]
    [InlineData(1_000, 4_000, 7_000)]
    [InlineData(0, 40_000, 30_000)]
    public void Commission_is_a_share_and_an_amount_and_never_more_than_there_is(int basisPoints, long fixedRupiah, long rupiah)
    {
        var shares = Shares(Samples.Nebengjek with { CommissionBasisPoints = basisPoints, CommissionMinorUnits = fixedRupiah * Rupiah }, TenKilometres, 10_000);

        Assert.Equal((rupiah * Rupiah, (30_000 - rupiah) * Rupiah), (shares.Commission, shares.DriverEarning));
    }

    [Theory]
    [InlineData("2013-11-18 15:59", false)]
    [InlineData("2013-11-18 16:00", true)]
    [InlineData("2013-11-19 01:59", true)]
    [InlineData("2013-11-19 02:00", false)]
    [InlineData("2013-11-18 01:00", false)]
    public void After_midnight_a_band_belongs_to_the_day_on_which_it_began(string local, bool applies) =>
        Assert.Equal(applies, new TimeBand("monday-late", new(16, 0), new(2, 0), [DayOfWeek.Monday]).AppliesAt(DateTime.Parse(local)));

    [Fact]
    public void A_band_is_as_wide_as_its_hours_in_a_week()
    {
        Assert.Equal(7 * 24 * 60, TimeBand.AllDay.MinutesPerWeek);
        Assert.Equal(5 * 4 * 60, new TimeBand("peak", new(16, 0), new(20, 0), [.. Enum.GetValues<DayOfWeek>()[1..6]]).MinutesPerWeek);
        Assert.Equal(7 * 10 * 60, new TimeBand("night", new(20, 0), new(6, 0)).MinutesPerWeek);
    }

    [Theory]
    [InlineData(501, 5_000, 900, true)]
    [InlineData(500, 5_000, 900, false)]
    [InlineData(0, 6_250, 900, false)]
    [InlineData(0, 6_251, 900, true)]
    [InlineData(0, 5_000, 1_350, false)]
    [InlineData(0, 5_000, 1_351, true)]
    public void A_ride_deviates_beyond_each_limit(double movedMetres, int metres, int seconds, bool deviates)
    {
        Assert.Equal(deviates, DeviationRule.Usual.Deviates(movedMetres, (5_000, 900), (metres, seconds)));
        Assert.False(DeviationRule.Never.Deviates(movedMetres, (5_000, 900), (metres, seconds)));
    }

    /// <summary>A river of a zone: a way is tolled that has no point in it, but crosses it.</summary>
    [Fact]
    public void A_zone_is_crossed_by_ways_that_enter_it_and_not_by_those_that_pass()
    {
        var river = new Zone(Samples.Bridge, "nyc", "East River", ZoneKind.Surge, 0, [new(40.70, -73.99), new(40.70, -73.98), new(40.80, -73.98), new(40.80, -73.99), new(40.70, -73.99)]);

        Assert.True(river.IsCrossedBy([new(40.75, -74.00), new(40.75, -73.97)]));
        Assert.True(river.IsCrossedBy([new(40.75, -74.00), new(40.75, -73.985)]));
        Assert.False(river.IsCrossedBy([new(40.75, -74.00), new(40.75, -73.9901), new(40.79, -73.9901)]));
        Assert.False(river.IsCrossedBy([new(40.81, -74.00), new(40.81, -73.97)]));
        Assert.False(river.IsCrossedBy([new(40.70, -74.00), new(40.70, -73.9901)]));
        Assert.False(river.IsCrossedBy([]));
    }

    static long Line(FarePolicy policy, FareInputs inputs, string code) => policy.PriceOf(inputs).Of(code);

    static FareShares Shares(FarePolicy policy, FareInputs inputs, int factor) => Recomputation.SharesOf(policy, inputs, factor);
}
