using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Rides;

/// <summary>What may happen to a ride between its steps: places on the way are reached and left, and the passenger may go another way.</summary>
sealed partial record Ride
{
    /// <summary>How near the driver must be to a place on the way to have reached it: further than from a pickup, for nobody need be found there.</summary>
    public const double StopToleranceMetres = 200;

    /// <summary>
    /// A car that is so far from where the ride has stopped does not wait there any more. Further than a place is reached from, so that a position that is
    /// off by some metres ends no wait.
    /// </summary>
    public const double AwayFromStopMetres = 300;

    /// <summary>Since when the car has been seen away from the place where the ride has stopped; null while it has not, and where it has not stopped.</summary>
    public DateTimeOffset? AwayFromStopAt { get; init; }

    /// <summary>
    /// Until when the agreed price has the ride as it was driven, waits included; null when it has nothing of it. What was waited before is paid with that.
    /// </summary>
    public DateTimeOffset? PricedUntil { get; init; }

    /// <summary>How many places on the way lie behind, or are where the driver is now.</summary>
    public int StopsReached => Stops.Count(stop => stop.ArrivedAt is not null);

    /// <summary>The places that are still to come, in order.</summary>
    public IReadOnlyList<GeoPoint> StopsAhead => [.. Stops.Where(stop => stop.ArrivedAt is null).Select(stop => stop.Position)];

    IReadOnlyList<int>? WaitedAtStops(GeoPoint end, DateTimeOffset endedAt) =>
        StopsReached == 0 ? null : [.. Stops.Select(stop => stop.WaitedSeconds(EndOfWait(stop, end, endedAt), PricedUntil)).OfType<int>()];

    /// <summary>
    /// A driver who goes on without saying so waits no longer: until the car was seen elsewhere, until the end where the ride ended there, else not at all.
    /// </summary>
    DateTimeOffset EndOfWait(Stop stop, GeoPoint end, DateTimeOffset endedAt) =>
        AwayFromStopAt ?? (stop.Position.MetresTo(end) > AwayFromStopMetres ? DateTimeOffset.MinValue : endedAt);

    /// <summary>The driver is at the next place on the way.</summary>
    public Decision<StopReached> ReachStop(int number, GeoPoint position, DateTimeOffset now) => number switch
    {
        _ when Status is not RideStatus.InProgress => RideProblems.NotIn(Status, "reach a stop"),
        _ when number < 1 || number > Stops.Count => RideProblems.NoSuchStop,
        _ when Stops[number - 1].ArrivedAt is not null => RideProblems.StopReachedAlready(Status),
        _ when number != StopsReached + 1 || Stops.Any(stop => stop.IsHere) => RideProblems.NotTheNextStop(Status),
        _ when Stops[number - 1].Position.MetresTo(position) > StopToleranceMetres => RideProblems.TooFarFromStop,
        _ => new StopReached(RideId, PassengerId, DriverId, number, position, DropOff, [.. StopsAhead.Skip(1)]) { OccurredAt = now, Version = Version + 1 },
    };

    /// <summary>The driver goes on from where the ride has stopped.</summary>
    public Decision<StopLeft> LeaveStop(int number, DateTimeOffset now) => number switch
    {
        _ when Status is not RideStatus.InProgress => RideProblems.NotIn(Status, "leave a stop"),
        _ when number < 1 || number > Stops.Count => RideProblems.NoSuchStop,
        _ when !Stops[number - 1].IsHere => RideProblems.NotAtStop(Status),
        _ => new StopLeft(RideId, PassengerId, DriverId, number, Stops[number - 1].WaitedSeconds(LeftAt(now))!.Value)
        {
            OccurredAt = now,
            Version = Version + 1,
        },
    };

    /// <summary>When the ride went on from where it has stopped, if the driver says so now.</summary>
    public DateTimeOffset LeftAt(DateTimeOffset now) => AwayFromStopAt < now ? AwayFromStopAt.Value : now;

    /// <summary>
    /// The passenger goes another way, from the match to the end of the ride, at the price of a quote that was made for this ride as it stands: not of one
    /// that was made before another change, or before a place on the way was reached.
    /// </summary>
    public Decision<RideRerouted> Reroute(Quote? quote, string quoteToken, DateTimeOffset now)
    {
        if (Status is RideStatus.Completed or RideStatus.Cancelled) return RideProblems.NotIn(Status, "go another way");
        if (quote is not { Change: { } change } || (change.RideId, quote.PassengerId) != (RideId, PassengerId)) return RideProblems.QuoteInvalid;
        if (quote.ExpiresAt <= now) return RideProblems.QuoteExpired;
        if ((change.PreviousQuoteId, change.StopsReached) != (QuoteId, StopsReached)) return RideProblems.QuoteOutdated(Status);

        return new RideRerouted(
            RideId, RideRequestId, PassengerId, DriverId, quote.CityId, quote.VehicleClass, quote.DropOff, quote.Stops ?? [], quote.QuoteId, quote.Fare,
            QuoteId, quoteToken)
        { OccurredAt = now, Version = Version + 1 };
    }
}
