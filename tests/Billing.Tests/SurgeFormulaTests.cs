using FsCheck;
using FsCheck.Fluent;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>How prices follow demand, for every demand, supply and setting.</summary>
public sealed class SurgeFormulaTests
{
    const int Most = 30_000;

    static readonly SurgeOptions Usual = new();

    static readonly Arbitrary<Case> Cases = Arb.From(
        from weight in Gen.Choose(0, 100)
        from least in Gen.Choose(1, 10)
        from slope in Gen.Choose(1, 30_000)
        from smoothing in Gen.Choose(1, 100)
        from up in Gen.Choose(501, 1_000)
        from down in Gen.Choose(501, 1_000)
        from most in Gen.Choose(10, 50)
        from smoothed in Gen.Choose(10_000, most * 1_000)
        from steps in Gen.Choose(10, most)
        from waiting in Gen.Choose(0, 60)
        from quoting in Gen.Choose(0, 200)
        from free in Gen.Choose(0, 60)
        select new Case(
            new() { QuoteWeightPercent = weight, LeastDemand = least, SlopeBasisPoints = slope, SmoothingPercent = smoothing, UpAfter = up, DownAfter = down },
            most * 1_000, new(smoothed, steps * 1_000), new(waiting, quoting, free)));

    [Fact]
    public void A_multiplier_is_a_whole_step_and_keeps_its_bounds() => ForAll(any =>
    {
        var next = any.Next();
        return next.MultiplierBasisPoints >= 10_000 && next.MultiplierBasisPoints <= any.Most && next.MultiplierBasisPoints % SurgeOptions.Step == 0
            && next.SmoothedBasisPoints >= 10_000 && next.SmoothedBasisPoints <= any.Most;
    });

    [Fact]
    public void More_demand_never_makes_it_lower_and_more_drivers_never_higher() => ForAll(any =>
    {
        var (next, pressure) = (any.Next(), any.Pressure);
        CellPressure[] more = [pressure with { Waiting = pressure.Waiting + 1 }, pressure with { Quoting = pressure.Quoting + 1 }];
        return more.All(each => IsNotLower((any with { Pressure = each }).Next(), next))
            && IsNotLower(next, (any with { Pressure = pressure with { Free = pressure.Free + 1 } }).Next());

        static bool IsNotLower(CellSurge one, CellSurge other) =>
            one.MultiplierBasisPoints >= other.MultiplierBasisPoints && one.SmoothedBasisPoints >= other.SmoothedBasisPoints;
    });

    /// <summary>While nothing changes it goes one way, arrives, and stays.</summary>
    [Fact]
    public void It_settles_where_demand_and_supply_put_it() => ForAll(any =>
    {
        var target = SurgeFormula.TargetOf(any.Pressure, any.Most, any.Options);
        var (state, ways) = (any.Next(), new HashSet<int>());
        for (var round = 0; round < 6_000 && state.SmoothedBasisPoints != target; round++)
        {
            var next = (any with { Before = state }).Next();
            ways.Add(Math.Sign(next.MultiplierBasisPoints - state.MultiplierBasisPoints));
            state = next;
        }

        ways.Remove(0);
        return state.SmoothedBasisPoints == target && ways.Count <= 1 && (any with { Before = state }).Next() == state
            && Math.Abs(state.MultiplierBasisPoints - target) < SurgeOptions.Step
            && (target != 10_000 || state == CellSurge.None) && (target != any.Most || state.MultiplierBasisPoints == target);
    });

    /// <summary>Whatever demand does: before a multiplier turns, what lies behind it has moved by more than the thresholds leave.</summary>
    [Fact]
    public void It_does_not_flap() => Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(
        Arb.From(Gen.Choose(0, 1_000_000)), seed =>
        {
            var random = new Random(seed);
            var (state, turnedAt, way) = (CellSurge.None, 10_000, 0);
            for (var round = 0; round < 300; round++)
            {
                var next = SurgeFormula.Next(state, new(random.Next(12), random.Next(30), random.Next(6)), Most, Usual);
                var change = Math.Sign(next.MultiplierBasisPoints - state.MultiplierBasisPoints);
                if (change != 0)
                {
                    var moved = Math.Abs(next.SmoothedBasisPoints - turnedAt);
                    if (change == -way && moved < Math.Min(Usual.UpAfter, Usual.DownAfter) - (SurgeOptions.Step / 2)) return false;
                    (turnedAt, way) = (next.SmoothedBasisPoints, change);
                }

                state = next;
            }

            return true;
        }));

    /// <summary>The edge at which a price rises lies above the one at which it falls again.</summary>
    [Fact]
    public void What_wavers_around_an_edge_changes_the_price_once()
    {
        // 9 and 10 passengers per 5 free drivers and one: 1.25 and 1.33 times the price, on either side of where 1.3 begins
        var (state, changes) = (CellSurge.None, new List<int>());
        for (var round = 0; round < 200; round++)
        {
            var next = SurgeFormula.Next(state, new(round % 2 == 0 ? 9 : 10, 0, 5), Most, Usual);
            if (next.MultiplierBasisPoints != state.MultiplierBasisPoints) changes.Add(next.MultiplierBasisPoints);
            state = next;
        }

        Assert.Equal(changes.Order(), changes);
        Assert.InRange(state.MultiplierBasisPoints, 12_000, 13_000);
    }

    [Theory]
    [InlineData(1, 0, 0, 10_000)]
    [InlineData(3, 0, 0, 20_000)]
    [InlineData(3, 0, 2, 10_000)]
    [InlineData(6, 0, 2, 15_000)]
    [InlineData(0, 15, 0, 20_000)]
    [InlineData(0, 14, 0, 10_000)]
    [InlineData(60, 0, 0, 30_000)]
    public void By_the_usual_settings(int waiting, int quoting, int free, int target) =>
        Assert.Equal(target, SurgeFormula.TargetOf(new(waiting, quoting, free), Most, Usual));

    /// <summary>Both copies of billing get the counts in another order, and must not differ.</summary>
    [Fact]
    public void A_round_counts_the_cells_around_and_does_not_depend_on_the_order()
    {
        var (middle, east, far) = (new MapCell(8_141, -14_802), new MapCell(8_141, -14_801), new MapCell(8_100, -14_700));
        var counts = new CityCounts(
            new Dictionary<MapCell, int> { [middle] = 4, [east] = 2 }, new Dictionary<MapCell, int>(),
            new Dictionary<MapCell, int> { [new(8_142, -14_802)] = 1, [far] = 9 });
        var before = new Dictionary<MapCell, CellSurge> { [far] = new(12_000, 12_000) };

        var next = SurgeRound.Next(before, counts, Most, Usual);
        var again = SurgeRound.Next(before, counts with { Waiting = new Dictionary<MapCell, int> { [east] = 2, [middle] = 4 } }, Most, Usual);

        Assert.Equal(new CellPressure(6, 0, 1), next[middle].Pressure);
        Assert.Equal(new CellPressure(2, 0, 0), next[new(8_140, -14_800)].Pressure);
        Assert.Equal(new CellPressure(0, 0, 9), next[far].Pressure);
        Assert.True(next[far].Surge.SmoothedBasisPoints < 12_000);
        Assert.Equal(next.OrderBy(cell => cell.Key.Line).ThenBy(cell => cell.Key.Place), again.OrderBy(cell => cell.Key.Line).ThenBy(cell => cell.Key.Place));
    }

    static void ForAll(Func<Case, bool> holds) => Check.One(Config.QuickThrowOnFailure.WithMaxTest(1_000), Prop.ForAll(Cases, holds));

    sealed record Case(SurgeOptions Options, int Most, CellSurge Before, CellPressure Pressure)
    {
        public CellSurge Next() => SurgeFormula.Next(Before, Pressure, Most, Options);
    }
}
