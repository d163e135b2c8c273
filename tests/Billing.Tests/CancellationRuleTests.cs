using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>What a cancellation costs, by phase, by whose doing it was and by when.</summary>
public sealed class CancellationRuleTests
{
    static readonly DateTimeOffset Match = new(2013, 11, 18, 19, 0, 0, TimeSpan.Zero);

    /// <summary>5.00 on the way, 8.00 at the pickup, 12.00 for not coming, after five minutes.</summary>
    static readonly CancellationRule ByPhase = new(500, TimeSpan.FromMinutes(5), 800, 1_200);

    static readonly CancellationRule Plain = new(500, TimeSpan.FromMinutes(5));

    /// <summary>The driver owes 4.00 after two minutes.</summary>
    static readonly CancellationRule OfDriver = Plain with { DriverFeeMinorUnits = 400, DriverGrace = TimeSpan.FromMinutes(2) };

    static readonly Arbitrary<Case> Cases = Arb.From(
        from policy in Samples.Policies()
        from phase in Gen.Elements(Enum.GetValues<CancellationPhase>())
        from party in Gen.Elements(Enum.GetValues<Party>())
        from seconds in Gen.Choose(0, 1_200)
        select new Case(policy, party, new(phase, Match, Match.AddSeconds(seconds))));

    [Theory]
    [InlineData(CancellationPhase.Queued, 0, 0)]
    [InlineData(CancellationPhase.OnTheWay, 300, 0)]
    [InlineData(CancellationPhase.OnTheWay, 301, 500)]
    [InlineData(CancellationPhase.AtPickup, 300, 0)]
    [InlineData(CancellationPhase.AtPickup, 301, 800)]
    [InlineData(CancellationPhase.NoShow, 301, 1_200)]
    public void Every_phase_has_its_fee_after_the_grace_period(CancellationPhase phase, int secondsAfterMatch, long fee) =>
        Assert.Equal(fee, ByPhase.FeeOf(Party.Passenger, After(phase, secondsAfterMatch)));

    [Fact]
    public void Who_does_not_come_has_had_the_driver_s_wait_for_grace() =>
        Assert.Equal(1_200, ByPhase.FeeOf(Party.Passenger, After(CancellationPhase.NoShow, 120)));

    /// <summary>A policy that says nothing of phases costs what it did before there were any: also for not coming, with the grace period.</summary>
    [Theory]
    [InlineData(CancellationPhase.OnTheWay)]
    [InlineData(CancellationPhase.AtPickup)]
    [InlineData(CancellationPhase.NoShow)]
    public void A_policy_without_phases_has_one_fee(CancellationPhase phase) =>
        Assert.Equal((0, 500), (Plain.FeeOf(Party.Passenger, After(phase, 300)), Plain.FeeOf(Party.Passenger, After(phase, 301))));

    [Theory]
    [InlineData(Party.Driver)]
    [InlineData(Party.System)]
    public void Nobody_but_the_passenger_costs_the_passenger_anything(Party by) =>
        Assert.All(Enum.GetValues<CancellationPhase>(), phase => Assert.Equal(0, ByPhase.FeeOf(by, After(phase, 3_000))));

    [Fact]
    public void What_is_free_until_when_is_free_until_then()
    {
        foreach (var phase in new[] { CancellationPhase.OnTheWay, CancellationPhase.AtPickup })
        {
            var until = ByPhase.FreeUntil(phase, Match)!.Value;
            Assert.Equal(0, ByPhase.FeeOf(Party.Passenger, new(phase, Match, until)));
            Assert.True(ByPhase.FeeOf(Party.Passenger, new(phase, Match, until.AddTicks(1))) > 0);
        }

        Assert.Null(ByPhase.FreeUntil(CancellationPhase.NoShow, Match));
        Assert.Null((Plain with { FeeMinorUnits = 0 }).FreeUntil(CancellationPhase.OnTheWay, Match));
        Assert.NotNull((Plain with { FeeMinorUnits = 0, AtPickupMinorUnits = 800 }).FreeUntil(CancellationPhase.AtPickup, Match));
    }

    [Theory]
    [InlineData(RideStatus.Queued, "changed-mind", CancellationPhase.Queued)]
    [InlineData(RideStatus.DriverAssigned, "driver-too-far", CancellationPhase.OnTheWay)]
    [InlineData(RideStatus.DriverArrived, "changed-mind", CancellationPhase.AtPickup)]
    [InlineData(RideStatus.DriverArrived, CancelReason.PassengerNoShow, CancellationPhase.NoShow)]
    public void A_cancelled_ride_tells_its_phase(RideStatus cancelledIn, string reason, CancellationPhase phase) =>
        Assert.Equal(phase, CancellationPhases.Of(cancelledIn, reason));

    [Theory]
    [InlineData(true, false, Party.Passenger, "changed-mind", CancellationPhase.Queued)]
    [InlineData(false, false, Party.Passenger, null, CancellationPhase.OnTheWay)]
    [InlineData(false, false, Party.Passenger, "changed-mind", CancellationPhase.OnTheWay)]
    [InlineData(false, false, Party.Passenger, "other-vehicle", CancellationPhase.AtPickup)]
    [InlineData(false, true, Party.Passenger, null, CancellationPhase.AtPickup)]
    [InlineData(false, false, Party.Driver, CancelReason.PassengerNoShow, CancellationPhase.NoShow)]
    public void A_reason_tells_of_an_arrival_that_was_not_heard_of(bool isQueued, bool hasArrived, Party by, string? reason, CancellationPhase phase) =>
        Assert.Equal(phase, CancellationPhases.Now(isQueued, hasArrived, by, reason));

    /// <summary>What the driver knew when accepting does not excuse; that the passenger did not come always does.</summary>
    [Theory]
    [InlineData("pickup-too-far", 400)]
    [InlineData("other", 400)]
    [InlineData(CancelReason.DriverNoShow, 400)]
    [InlineData(null, 400)]
    [InlineData("wrong-pickup", 0)]
    [InlineData("vehicle-problem", 0)]
    [InlineData("unsafe", 0)]
    [InlineData(CancelReason.PassengerAsked, 0)]
    [InlineData(CancelReason.PassengerNoShow, 0)]
    public void A_driver_owes_a_fee_for_giving_up_unless_excused(string? reason, long fee)
    {
        Assert.Equal(fee, OfDriver.DriverFeeOf(Party.Driver, reason, After(CancellationPhase.OnTheWay, 121)));
        Assert.Equal(fee, OfDriver.DriverFeeOf(Party.Driver, reason, After(CancellationPhase.AtPickup, 3_000)));
        Assert.Equal(0, OfDriver.DriverFeeOf(Party.Driver, reason, After(CancellationPhase.OnTheWay, 120)));
        Assert.Equal(0, Plain.DriverFeeOf(Party.Driver, reason, After(CancellationPhase.OnTheWay, 3_000)));
    }

    /// <summary>A reason that was added later must not be forgotten here.</summary>
    [Fact]
    public void Every_reason_of_a_driver_excuses_or_does_not() =>
        Assert.Equal(["other", "pickup-too-far"], CancelReasons.OfAnyPhase(Party.Driver).Where(reason => !DriverExcuses.Excuse(reason)).Order());

    [Fact]
    public void A_driver_without_a_grace_of_their_own_has_the_passenger_s() =>
        Assert.Equal(
            (0, 400), ((OfDriver with { DriverGrace = null }).DriverFeeOf(Party.Driver, "other", After(CancellationPhase.OnTheWay, 300)),
                (OfDriver with { DriverGrace = null }).DriverFeeOf(Party.Driver, "other", After(CancellationPhase.OnTheWay, 301))));

    [Fact]
    public void Never_both_sides_owe_for_one_cancellation() => ForAll(any =>
        any.Fee == 0 || any.Policy.Cancellation.DriverFeeOf(any.By, "other", any.Ride) == 0);

    [Fact]
    public void A_fee_is_one_of_the_policy_s_and_only_the_passenger_s() => ForAll(any =>
    {
        var fee = any.Fee;
        return fee >= 0 && (fee == 0 || (any.By is Party.Passenger && fee == any.Policy.Cancellation.FeeIn(any.Ride.Phase)));
    });

    [Fact]
    public void The_further_the_ride_had_come_the_more_it_costs() => ForAll(any =>
    {
        var fees = Enum.GetValues<CancellationPhase>().Select(phase => any with { Ride = any.Ride with { Phase = phase } }).Select(each => each.Fee).ToList();
        return fees.SequenceEqual(fees.Order());
    });

    [Fact]
    public void A_fee_worked_out_again_from_what_was_stored_is_the_same_and_divided_to_the_last_unit() => ForAll(any =>
    {
        var inputs = default(Journey).From(Samples.MondayAtTwo) with { Cancelled = any.Ride };
        var stored = JsonSerializer.Deserialize<FareInputs>(JsonSerializer.Serialize(inputs, Json.Options), Json.Options)!;
        var shares = Recomputation.SharesOf(any.Policy, stored, Rounding.AllBasisPoints);
        return shares.Total == (any with { By = Party.Passenger }).Fee && shares.Total == shares.Commission + shares.DriverEarning + shares.Tax
            && shares.Lines.Single() == new FareLine(any.Ride.Phase.LineCode(), shares.Total) && OwnCodes.Contains(shares.Lines.Single().Code);
    });

    static CancelledRide After(CancellationPhase phase, int seconds) => new(phase, Match, Match.AddSeconds(seconds));

    static void ForAll(Func<Case, bool> holds) => Check.One(Config.QuickThrowOnFailure.WithMaxTest(2_000), Prop.ForAll(Cases, holds));

    sealed record Case(FarePolicy Policy, Party By, CancelledRide Ride)
    {
        public long Fee => Policy.Cancellation.FeeOf(By, Ride);
    }
}
