using FsCheck;
using FsCheck.Fluent;
using Tumpang.Billing.Fares;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>What holds for every tariff, journey, hour and factor.</summary>
public sealed class FarePropertyTests
{
    static readonly Arbitrary<Case> Cases = Arb.From(
        from policy in Samples.Policies()
        from journey in Samples.Journeys()
        from pickup in Samples.Pickups()
        from factor in Gen.Choose(0, 10_000)
        select new Case(policy, journey, pickup, factor));

    /// <summary>Peers' finding 8: money in floating point. Here nothing is lost and nothing is made.</summary>
    [Fact]
    public void Commission_and_earning_and_tax_are_the_total() => ForAll(any =>
    {
        var shares = any.Shares();
        return shares.Total == shares.Commission + shares.DriverEarning + shares.Tax
            && shares is { Total: >= 0, Commission: >= 0, DriverEarning: >= 0, Tax: >= 0 }
            && shares.Total <= shares.Full;
    });

    [Fact]
    public void The_lines_sum_to_the_total() => ForAll(any =>
    {
        var shares = any.Shares();
        return shares.Lines.Sum(line => line.AmountMinorUnits) == shares.Total && shares.Lines.All(line => line.AmountMinorUnits != 0);
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
        var further = any with { Journey = any.Journey with { DistanceMetres = any.Journey.DistanceMetres + 100 } };
        var longer = any with { Journey = any.Journey with { DurationSeconds = any.Journey.DurationSeconds + 30, SlowSeconds = any.Journey.SlowSeconds + 30 } };
        return further.Price().MinorUnits >= any.Price().MinorUnits && longer.Price().MinorUnits >= any.Price().MinorUnits;
    });

    [Fact]
    public void A_higher_factor_never_costs_less_and_none_of_it_is_free() => ForAll(any =>
    {
        var higher = any with { Factor = Math.Min(10_000, any.Factor + 1) };
        return higher.Shares().Total >= any.Shares().Total
            && (any with { Factor = 0 }).Shares().Total == 0
            && (any with { Factor = 10_000 }).Shares().Total == any.Price().MinorUnits;
    });

    /// <summary>Exact against arithmetic on fractions: a linear fare differs from the true one by less than a step of rounding and a minor unit.</summary>
    [Fact]
    public void A_linear_fare_is_the_true_one_rounded() => ForAll(any =>
    {
        var policy = any.Policy with { Tariff = TariffKind.Linear, MinimumMinorUnits = 0, Surcharges = [], TaxCode = null };
        var (perDistance, perTime) = (policy.Distance, policy.Time);
        var exact = policy.BaseMinorUnits
            + ((decimal)any.Journey.DistanceMetres * 1_000_000 * perDistance.MinorUnits / perDistance.UnitSize)
            + ((decimal)any.Journey.DurationSeconds * perTime.MinorUnits / perTime.UnitSize);
        return Math.Abs(policy.PriceOf(any.Journey, any.Pickup).MinorUnits - exact) <= (policy.RoundingMinorUnits / 2m) + 1;
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

    sealed record Case(FarePolicy Policy, Journey Journey, LocalPickup Pickup, int Factor)
    {
        public Price Price() => Policy.PriceOf(Journey, Pickup);

        public FareShares Shares() => FareShares.Of(Policy, Price(), Factor);
    }
}
