using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Tumpang.ServiceDefaults;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>What holds for every tariff, journey, hour and factor.</summary>
public sealed class FarePropertyTests
{
    static readonly Arbitrary<Case> Cases = Arb.From(
        from policy in Samples.Policies()
        from ride in Samples.Rides()
        from factor in Gen.Choose(0, 10_000)
        select new Case(policy, ride, factor));

    /// <summary>Peers' finding 8: money in floating point. Here nothing is lost and nothing is made.</summary>
    [Fact]
    public void Commission_and_earning_and_tax_are_the_total() => ForAll(any =>
    {
        var shares = any.Shares();
        return shares.Total + shares.Promotion == shares.Commission + shares.DriverEarning + shares.Tax
            && shares is { Total: >= 0, Commission: >= 0, DriverEarning: >= 0, Tax: >= 0, Promotion: >= 0 }
            && shares.Total <= shares.Full;
    });

    /// <summary>A promotion is between the passenger and us.</summary>
    [Fact]
    public void A_promotion_takes_nothing_from_anybody_but_us_and_keeps_its_limit() => ForAll(any =>
    {
        var (with, without) = (any.Shares(), (any with { Ride = any.Ride with { Promotion = null } }).Shares());
        return (with.Commission, with.DriverEarning, with.Tax) == (without.Commission, without.DriverEarning, without.Tax)
            && with.Promotion <= (any.Ride.Promotion?.MostMinorUnits ?? 0) && with.Promotion <= without.Total;
    });

    /// <summary>A driver with a subscription gets what would have been ours, to the minor unit; nobody else pays or gets anything else.</summary>
    [Fact]
    public void A_subscription_is_between_the_driver_and_us() => ForAll(any =>
    {
        var (with, without) = ((any with { Policy = any.Policy.Under(Samples.Bridge) }).Shares(), any.Shares());
        return with with { Lines = without.Lines } == without with { Commission = 0, DriverEarning = without.DriverEarning + without.Commission }
            && with.Lines.SequenceEqual(without.Lines)
            && with.Total + with.Promotion == with.Commission + with.DriverEarning + with.Tax;
    });

    [Fact]
    public void The_lines_sum_to_the_total() => ForAll(any =>
    {
        var shares = any.Shares();
        return shares.Lines.Sum(line => line.AmountMinorUnits) == shares.Total && shares.Lines.All(line => line.AmountMinorUnits != 0);
    });

    /// <summary>Or a line of a policy could be taken for one of ours.</summary>
    [Fact]
    public void Every_line_is_one_of_ours_or_of_its_policy() => ForAll(any =>
    {
        string?[] theirs = [any.Policy.TaxCode, .. any.Policy.Surcharges.Select(surcharge => surcharge.Code), .. any.Policy.ZoneFees.Select(fee => fee.Code)];
        var codes = (any with { Ride = any.Ride with { TipMinorUnits = 500 } }).Shares().Lines.Select(line => line.Code);
        return codes.All(code => OwnCodes.Contains(code) != theirs.Contains(code));
    });

    [Fact]
    public void No_fare_is_below_the_minimum_and_every_fare_is_round() => ForAll(any =>
    {
        var fare = any.Price().MinorUnits;
        return fare >= any.Policy.MinimumMinorUnits && fare % any.Policy.RoundingMinorUnits == 0;
    });

    [Fact]
    public void Driving_further_or_longer_never_costs_less() => ForAll(any =>
    {
        FareInputs[] more =
        [
            any.Ride with { DistanceMetres = any.Ride.DistanceMetres + 100 },
            any.Ride with { DurationSeconds = any.Ride.DurationSeconds + 30, SlowSeconds = any.Ride.SlowSeconds + 30 },
            any.Ride with { WaitedSeconds = any.Ride.WaitedSeconds + 1 },
            any.Ride with { PickupMetres = any.Ride.PickupMetres + 100 },
            any.Ride with { Stops = any.Ride.Stops + 1 },
            any.Ride with { Surge = new((any.Ride.Surge?.MultiplierBasisPoints ?? 10_000) + 1_000, new(1, 1), 1, 1) },
        ];
        return more.All(ride => any.Policy.PriceOf(ride).MinorUnits >= any.Price().MinorUnits);
    });

    /// <summary>Only the trip and its night rate are multiplied; every line before and every fee after is as it would be without.</summary>
    [Fact]
    public void A_surge_multiplies_the_trip_and_nothing_else() => ForAll(any =>
    {
        var (with, without) = (any.Price(), any.Policy.PriceOf(any.Ride with { Surge = null }));
        string[] trip = ["base", "distance", "time", "meter", "minimum", "night-rate"];
        var multiplied = trip.Sum(code => with.Of(code)) * (any.Ride.Surge?.MultiplierBasisPoints - 10_000 ?? 0);
        return Math.Abs((with.Of("surge") * 10_000) - multiplied) <= 5_000
            && Apart(with).SequenceEqual(Apart(without));

        // A tax and the rounding follow the sum.
        static IEnumerable<FareLine> Apart(Price price) => price.Lines.Where(line => line.Code is not ("surge" or "sales-tax" or "rounding"));
    });

    /// <summary>What a passenger promised on top changes nothing for anybody else.</summary>
    [Fact]
    public void A_tip_is_the_driver_s_to_the_last_unit() => ForAll(any =>
    {
        var tip = any.Ride.DistanceMetres + 1L;
        var (with, without) = ((any with { Ride = any.Ride with { TipMinorUnits = tip } }).Shares(), any.Shares());
        var expected = without with { Total = without.Total + tip, Full = without.Full + tip, DriverEarning = without.DriverEarning + tip };
        return with with { Lines = without.Lines } == expected
            && with.Lines.Sum(line => line.AmountMinorUnits) == with.Total;
    });

    /// <summary>An upfront price is divided as exactly as a metered one, and worked out again from what was stored with it.</summary>
    [Fact]
    public void An_honoured_price_is_divided_to_the_last_unit() => ForAll(any =>
    {
        var honoured = any with { Ride = any.Ride with { Quoted = any.Policy.PriceOf(any.Ride with { WaitedSeconds = 0 }).Lines } };
        var shares = honoured.Shares();
        var stored = JsonSerializer.Deserialize<FareInputs>(JsonSerializer.Serialize(honoured.Ride, Json.Options), Json.Options)!;
        return shares.Total + shares.Promotion == shares.Commission + shares.DriverEarning + shares.Tax
            && shares.Lines.Sum(line => line.AmountMinorUnits) == shares.Total
            && Recomputation.SharesOf(any.Policy, stored, any.Factor) with { Lines = shares.Lines } == shares;
    });

    /// <summary>What is stored with a fare is enough to find the same lines and shares again, whatever the way through JSON does to it.</summary>
    [Fact]
    public void A_fare_worked_out_again_from_what_was_stored_is_the_same() => ForAll(any =>
    {
        var stored = JsonSerializer.Deserialize<FareInputs>(JsonSerializer.Serialize(any.Ride, Json.Options), Json.Options)!;
        var (first, again) = (any.Shares(), Recomputation.SharesOf(any.Policy, stored, any.Factor));
        return again.Lines.SequenceEqual(first.Lines) && again with { Lines = first.Lines } == first;
    });

    /// <summary>Any policy that can be entered can be written down and read back; else an operator could not change one thing of it.</summary>
    [Fact]
    public void A_policy_reads_as_it_was_written() => ForAll(any =>
    {
        var written = JsonSerializer.Serialize(FarePolicyDocument.Of(any.Policy), Json.Options);
        var read = JsonSerializer.Deserialize<FarePolicyDocument>(written, Json.Options)!;
        var policy = read.ToPolicy(any.Policy.PolicyId, any.Policy.Version, any.Policy.Currency, any.Policy.ValidFrom);
        return JsonSerializer.Serialize(policy, Json.Options) == JsonSerializer.Serialize(any.Policy, Json.Options);
    });

    /// <summary>The wait is the only thing that an honoured price may grow by.</summary>
    [Fact]
    public void A_price_that_was_quoted_stands_and_only_the_wait_comes_on_top() => ForAll(any =>
    {
        var quote = any.Policy.PriceOf(any.Ride with { WaitedSeconds = 0 });
        var waited = any.Policy.PriceOf(any.Ride with { Quoted = quote.Lines });
        var notWaited = any.Policy.PriceOf(any.Ride with { Quoted = quote.Lines, WaitedSeconds = any.Policy.Waiting.FreeSeconds });
        return notWaited.Lines.SequenceEqual(quote.Lines) && waited.MinorUnits >= quote.MinorUnits && waited.Lines.Take(quote.Lines.Count).SequenceEqual(quote.Lines);
    });

    [Fact]
    public void A_higher_factor_never_costs_less_and_none_of_it_is_free() => ForAll(any =>
    {
        var higher = any with { Factor = Math.Min(10_000, any.Factor + 1) };
        return higher.Shares().Total >= any.Shares().Total
            && (any with { Factor = 0 }).Shares().Total == 0
            && (any with { Factor = 10_000 }).Shares().Total == any.Price().Lowered(any.Policy, any.Ride.Promotion).MinorUnits;
    });

    /// <summary>Exact against arithmetic on fractions: a linear fare differs from the true one by less than a step of rounding and a minor unit.</summary>
    [Fact]
    public void A_linear_fare_is_the_true_one_rounded() => ForAll(any =>
    {
        var policy = Samples.Nebengjek with
        {
            BaseMinorUnits = any.Policy.BaseMinorUnits,
            Distance = any.Policy.Distance,
            Time = any.Policy.Time,
            RoundingMinorUnits = any.Policy.RoundingMinorUnits,
        };
        var (perDistance, perTime) = (policy.Distance, policy.Time);
        var exact = policy.BaseMinorUnits
            + ((decimal)any.Ride.DistanceMetres * 1_000_000 * perDistance.MinorUnits / perDistance.UnitSize)
            + ((decimal)any.Ride.DurationSeconds * perTime.MinorUnits / perTime.UnitSize);
        var plain = any.Ride with { WaitedSeconds = 0, PickupMetres = 0, Stops = 0, ZonesMet = [], Surge = null };
        return Math.Abs(policy.PriceOf(plain).MinorUnits - exact) <= (policy.RoundingMinorUnits / 2m) + 1;
    });

    [Theory]
    [InlineData(5, 2, 2)]
    [InlineData(7, 2, 4)]
    [InlineData(1, 3, 0)]
    [InlineData(2, 3, 1)]
    [InlineData(0, 7, 0)]
    public void Halves_round_to_the_even_neighbour(long numerator, long denominator, long rounded) =>
        Assert.Equal(rounded, Rounding.HalfToEven(numerator, denominator));

    static void ForAll(Func<Case, bool> holds) => Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(Cases, holds));

    sealed record Case(FarePolicy Policy, FareInputs Ride, int Factor)
    {
        public Price Price() => Policy.PriceOf(Ride);

        public FareShares Shares() => Recomputation.SharesOf(Policy, Ride, Factor);
    }
}
