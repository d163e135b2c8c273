using FsCheck;
using FsCheck.Fluent;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Xunit;

namespace Tumpang.Rides.Tests;

/// <summary>What may happen to a ride, and what may not.</summary>
public sealed class RideTests
{
    static readonly RideOptions Rules = new();

    [Theory]
    [InlineData(RideStatus.DriverAssigned, true)]
    [InlineData(RideStatus.DriverArrived, false)]
    [InlineData(RideStatus.InProgress, false)]
    [InlineData(RideStatus.Completed, false)]
    [InlineData(RideStatus.Cancelled, false)]
    public void A_driver_arrives_once(RideStatus status, bool allowed) =>
        Assert.Equal(allowed, Samples.Ride(status).Arrive(Samples.TimesSquare, Samples.Now).Event is not null);

    /// <summary>Who said so from afar could let the wait run, and charge a passenger for not having come.</summary>
    [Theory]
    [InlineData(199, true)]
    [InlineData(201, false)]
    public void A_driver_arrives_within_200_metres_of_the_pickup(double metres, bool allowed)
    {
        var decision = Samples.Ride(RideStatus.DriverAssigned).Arrive(Samples.TimesSquare.North(metres), Samples.Now);

        Assert.Equal((allowed, allowed ? null : "too-far-from-pickup"), (decision.Event is not null, decision.Problem?.Code));
    }

    [Theory]
    [InlineData(99, true)]
    [InlineData(101, false)]
    public void A_ride_starts_within_100_metres_of_the_pickup(double metres, bool allowed)
    {
        var problem = Samples.Ride(RideStatus.DriverArrived).WhyNotStart(Samples.TimesSquare.North(metres));

        Assert.Equal(allowed, problem is null);
    }

    [Fact]
    public void A_ride_does_not_start_before_the_driver_has_arrived() =>
        Assert.Equal("wrong-ride-status", Samples.Ride(RideStatus.DriverAssigned).WhyNotStart(Samples.TimesSquare)?.Code);

    [Fact]
    public void After_five_wrong_pins_the_ride_is_locked() =>
        Assert.Equal("pin-locked", Samples.Ride(RideStatus.DriverArrived, pinTries: 5).WhyNotStart(Samples.TimesSquare)?.Code);

    [Fact]
    public void A_refusal_names_the_present_state() =>
        Assert.Equal("InProgress", Samples.Ride(RideStatus.InProgress).Cancel(Party.Passenger, "other", Rules, Samples.Now).Problem?.State);

    /// <summary>Whatever the ride refuses because of where it stands says where that is.</summary>
    [Fact]
    public void A_conflict_names_the_present_state_whatever_its_code()
    {
        var (waiting, atStop) = (Samples.Ride(RideStatus.DriverArrived, pinTries: 5), AtStop(seenAwayAfter: null));
        var riding = atStop with { Stops = [new(Samples.TimesSquare)] };

        Problem?[] conflicts =
        [
            waiting.WhyNotStart(Samples.TimesSquare),
            (waiting with { ArrivedAt = Samples.Now }).Cancel(Party.Driver, CancelReason.PassengerNoShow, Rules, Samples.Now).Problem,
            Samples.Ride(RideStatus.DriverAssigned).Cancel(Party.Passenger, CancelReason.DriverNoShow, Rules, Samples.Now).Problem,
            riding.LeaveStop(1, Samples.Now).Problem,
            atStop.ReachStop(1, Samples.TimesSquare, Samples.Now).Problem,
            (atStop with { Stops = [.. atStop.Stops, new(Samples.TimesSquare)] }).ReachStop(2, Samples.TimesSquare, Samples.Now).Problem,
        ];

        Assert.Equal(
            [
                (409, "pin-locked", "DriverArrived"), (409, "no-show-too-early", "DriverArrived"), (409, "no-show-too-early", "DriverAssigned"),
                (409, "not-at-stop", "InProgress"), (409, "stop-reached-already", "InProgress"), (409, "not-the-next-stop", "InProgress"),
            ],
            conflicts.Select(problem => (problem!.Status, problem.Code, problem.State)));
    }

    /// <summary>Who says so, in which status, and from how many seconds after the arrival, or after the time that the drive was to take.</summary>
    [Theory]
    [InlineData(Party.Driver, RideStatus.DriverArrived, "passenger-no-show", 299, "no-show-too-early")]
    [InlineData(Party.Driver, RideStatus.DriverArrived, "passenger-no-show", 300, null)]
    [InlineData(Party.Driver, RideStatus.DriverAssigned, "passenger-no-show", 9_000, "reason-does-not-fit")]
    [InlineData(Party.Passenger, RideStatus.DriverArrived, "passenger-no-show", 9_000, "reason-does-not-fit")]
    [InlineData(Party.Passenger, RideStatus.DriverAssigned, "driver-no-show", 599, "no-show-too-early")]
    [InlineData(Party.Passenger, RideStatus.DriverAssigned, "driver-no-show", 600, null)]
    [InlineData(Party.Passenger, RideStatus.DriverArrived, "driver-no-show", 9_000, "reason-does-not-fit")]
    [InlineData(Party.Driver, RideStatus.DriverAssigned, "driver-no-show", 9_000, "reason-does-not-fit")]
    [InlineData(Party.Driver, RideStatus.DriverAssigned, "changed-mind", 0, "reason-does-not-fit")]
    [InlineData(Party.Passenger, RideStatus.DriverAssigned, "because", 0, "reason-does-not-fit")]
    [InlineData(Party.Passenger, RideStatus.InProgress, "driver-no-show", 9_000, "wrong-ride-status")]
    public void Who_did_not_come_is_said_by_the_other_side_in_time(Party by, RideStatus status, string reason, int seconds, string? problem)
    {
        var ride = Samples.Ride(status) with { ArrivedAt = Samples.Now, DriverDueAt = Samples.Now };

        var decision = ride.Cancel(by, reason, Rules, Samples.Now.AddSeconds(seconds));

        Assert.Equal((problem, problem is null), (decision.Problem?.Code, decision.Event is not null));
    }

    [Theory]
    [InlineData(Party.Driver, "passenger-no-show", Party.Passenger)]
    [InlineData(Party.Passenger, "driver-no-show", Party.Driver)]
    [InlineData(Party.Driver, "unsafe", Party.Driver)]
    [InlineData(Party.Passenger, "changed-mind", Party.Passenger)]
    public void Who_does_not_come_has_cancelled(Party by, string reason, Party cause)
    {
        var status = reason == "passenger-no-show" ? RideStatus.DriverArrived : RideStatus.DriverAssigned;
        var ride = Samples.Ride(status) with { ArrivedAt = Samples.Now, DriverDueAt = Samples.Now };

        Assert.Equal(cause, ride.Cancel(by, reason, Rules, Samples.Now.AddHours(1)).Event!.Cause);
    }

    [Fact]
    public void Waiting_is_counted_from_the_arrival_to_the_start()
    {
        var arrived = Samples.Ride(RideStatus.DriverArrived) with { ArrivedAt = Samples.Now };

        var started = arrived.Start(Samples.TimesSquare, Samples.Now.AddSeconds(185.9));
        var riding = arrived with { Status = RideStatus.InProgress, StartedAt = started.OccurredAt };
        var completed = riding.Complete(Samples.WashingtonSquare, 10_000, Samples.Now.AddHours(1)).Event;

        Assert.Equal((185, 185), (started.WaitedSeconds, completed!.WaitedSeconds));
    }

    /// <summary>
    /// The driver reached the place, went on after ten minutes without saying so, and ended the ride half an hour later: what was driven is no wait.
    /// </summary>
    [Theory]
    [InlineData(2_000, 600, 600)]
    [InlineData(2_000, null, 0)]
    [InlineData(100, null, 2_400)]
    public void A_wait_that_nobody_ended_lasts_until_the_car_is_seen_elsewhere(double endMetres, int? seenAwayAfter, int waited)
    {
        var ride = AtStop(seenAwayAfter);

        var completed = ride.Complete(Samples.TimesSquare.North(endMetres), 10_000, Samples.Now.AddSeconds(2_400)).Event!;

        Assert.Equal((1, waited), (completed.Stops, Assert.Single(completed.WaitedAtStops!)));
    }

    [Theory]
    [InlineData(600, 600)]
    [InlineData(null, 2_400)]
    public void Who_says_late_to_have_gone_on_waited_until_the_car_was_seen_elsewhere(int? seenAwayAfter, int waited) =>
        Assert.Equal(waited, AtStop(seenAwayAfter).LeaveStop(1, Samples.Now.AddSeconds(2_400)).Event?.WaitedSeconds);

    /// <summary>
    /// Ten minutes at the first place, another way agreed to six minutes later, while the driver waited at the second: its price has eleven of the waited
    /// minutes as driven, and only the last four come on top.
    /// </summary>
    [Fact]
    public void A_wait_that_is_in_the_price_of_another_way_is_not_paid_again()
    {
        var ride = Samples.Ride(RideStatus.InProgress) with
        {
            Stops =
            [
                new(Samples.TimesSquare, Samples.Now.AddMinutes(1), Samples.Now.AddMinutes(11)),
                new(Samples.WashingtonSquare, Samples.Now.AddMinutes(16), Samples.Now.AddMinutes(21)),
            ],
            PricedUntil = Samples.Now.AddMinutes(17),
        };

        var completed = ride.Complete(Samples.WashingtonSquare, 10_000, Samples.Now.AddHours(1)).Event!;

        Assert.Equal([0, 240], completed.WaitedAtStops!);
    }

    static Ride AtStop(int? seenAwayAfter) => Samples.Ride(RideStatus.InProgress) with
    {
        Stops = [new(Samples.TimesSquare, Samples.Now)],
        AwayFromStopAt = seenAwayAfter is { } seconds ? Samples.Now.AddSeconds(seconds) : null,
    };

    /// <summary>Seconds since the end, with a rule of an hour and with none.</summary>
    [Theory]
    [InlineData(3_599, 3_600, true)]
    [InlineData(3_601, 3_600, false)]
    [InlineData(null, 0, true)]
    [InlineData(1, 0, false)]
    public void Help_can_be_called_for_during_the_ride_and_a_while_after(int? sinceEnd, int rule, bool allowed)
    {
        var ride = Samples.Ride(sinceEnd is null ? RideStatus.InProgress : RideStatus.Completed) with
        {
            EndedAt = sinceEnd is { } seconds ? Samples.Now.AddSeconds(-seconds) : null,
        };

        Assert.Equal(allowed, ride.WhyNotCallForHelp(new() { SosAfterEnd = TimeSpan.FromSeconds(rule) }, Samples.Now) is null);
    }

    /// <summary>A link to a ride under way opens, whatever the rule for those that have ended.</summary>
    [Theory]
    [InlineData(null, true)]
    [InlineData(0, false)]
    public void A_ride_under_way_is_not_over(int? sinceEnd, bool shown) => Assert.Equal(
        shown, Ride.IsNotOver(sinceEnd is { } seconds ? Samples.Now.AddSeconds(-seconds) : null, TimeSpan.Zero, Samples.Now));

    [Fact]
    public void A_ride_never_ends_before_it_has_started()
    {
        var completed = Samples.Ride(RideStatus.InProgress).Complete(Samples.WashingtonSquare, 10_000, Samples.Now.AddSeconds(-5)).Event;

        Assert.Equal(Samples.Now, completed?.CompletedAt);
    }

    /// <summary>Whatever is tried, in whatever order, nothing leads out of Completed or Cancelled, and versions grow by one.</summary>
    [Fact]
    public void Nothing_happens_to_a_ride_that_is_over() => Check.QuickThrowOnFailure(Prop.ForAll(Gen.Choose(0, 3).ArrayOf(12).ToArbitrary(), steps =>
    {
        var ride = Samples.Ride(RideStatus.DriverAssigned);
        foreach (var step in steps)
        {
            var before = ride;
            ride = Try(ride, step);
            if (before.Status is RideStatus.Completed or RideStatus.Cancelled && ride != before) return false;
            if (ride != before && ride.Version != before.Version + 1) return false;
        }

        return true;
    }));

    static Ride Try(Ride ride, int step) => step switch
    {
        0 => After(ride, ride.Arrive(Samples.TimesSquare, Samples.Now), RideStatus.DriverArrived),
        1 when ride.WhyNotStart(Samples.TimesSquare) is null => ride with { Status = RideStatus.InProgress, StartedAt = Samples.Now, Version = ride.Start(Samples.TimesSquare, Samples.Now).Version },
        2 => After(ride, ride.Complete(Samples.WashingtonSquare, 10_000, Samples.Now), RideStatus.Completed),
        3 => After(ride, ride.Cancel(Party.Driver, "other", Rules, Samples.Now), RideStatus.Cancelled),
        _ => ride,
    };

    static Ride After<TEvent>(Ride ride, Decision<TEvent> decision, RideStatus status)
        where TEvent : Event => decision.Event is { } happened ? ride with { Status = status, Version = happened.Version } : ride;
}
