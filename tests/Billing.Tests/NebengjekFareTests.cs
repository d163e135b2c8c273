using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>3 000 rupiah a kilometre, 5 % for us, the driver may lower the fare. One rupiah is 100 minor units.</summary>
public sealed class NebengjekFareTests
{
    const long Rupiah = 100;

    /// <summary>NebengJek defect 21: float multiplication loses a rupiah, for example 3 000 x 0.29 = 869.</summary>
    [Fact]
    public void NebengJek_21_every_factor_of_every_total_is_exact_where_floats_lose_a_rupiah()
    {
        var lostByFloats = 0;
        for (var total = 3_000; total <= 59_000; total += 1_000)
        {
            for (var percent = 1; percent <= 99; percent++)
            {
                var exact = total * percent / 100;
                lostByFloats += (int)(total * (percent / 100.0)) == exact ? 0 : 1;

                var shares = FareShares.Of(Samples.Nebengjek, new([new("distance", total * Rupiah)]), percent * 100);

                Assert.Equal(exact * Rupiah, shares.Total);
                Assert.Equal(shares.Total, shares.Commission + shares.DriverEarning);
            }
        }

        Assert.Equal(134, lostByFloats);
        Assert.Equal(870 * Rupiah, FareShares.Of(Samples.Nebengjek, new([new("distance", 3_000 * Rupiah)]), 2_900).Total);
    }

    /// <summary>NebengJek defect 16: legs under a kilometre are thrown away. Here 90 m cost 270 rupiah.</summary>
    [Theory]
    [InlineData(1, 3)]
    [InlineData(90, 270)]
    [InlineData(999, 2_997)]
    [InlineData(1_000, 3_000)]
    [InlineData(3_200, 9_600)]
    [InlineData(1_000_000, 3_000_000)]
    public void Every_metre_counts(int metres, long rupiah) =>
        Assert.Equal(rupiah * Rupiah, Samples.Nebengjek.PriceOf(new(metres, 0, 0, 0), Samples.MondayAtTwo).MinorUnits);

    /// <summary>NebengJek's own example, of which its pages give two versions: 9 600 x 0.9 = 8 640, fee 432, driver 8 208.</summary>
    [Fact]
    public void The_fee_is_taken_once()
    {
        var shares = FareShares.Of(Samples.Nebengjek, Samples.Nebengjek.PriceOf(new(3_200, 900, 0, 0), Samples.MondayAtTwo), 9_000);

        Assert.Equal((8_640 * Rupiah, 432 * Rupiah, 8_208 * Rupiah), (shares.Total, shares.Commission, shares.DriverEarning));
        Assert.Equal([("distance", 9_600 * Rupiah), ("driver-discount", -960 * Rupiah)], shares.Lines.Select(line => (line.Code, line.AmountMinorUnits)));
    }

    /// <summary>NebengJek defect 18: a factor of zero, or a fare under 20 rupiah, breaks the arrival.</summary>
    [Fact]
    public void NebengJek_18_free_rides_and_tiny_fares_are_fares()
    {
        var free = FareShares.Of(Samples.Nebengjek, new([new("distance", 9_600 * Rupiah)]), 0);
        // 6 m = 18 rupiah = 1 800 minor units, 5 % = 90
        var tiny = FareShares.Of(Samples.Nebengjek, Samples.Nebengjek.PriceOf(new(6, 10, 0, 0), Samples.MondayAtTwo), 10_000);

        Assert.Equal((0, 0, 0, 0), (free.Total, free.Commission, free.DriverEarning, free.Tax));
        Assert.Equal((1_800, 90, 1_710), (tiny.Total, tiny.Commission, tiny.DriverEarning));
    }
}
