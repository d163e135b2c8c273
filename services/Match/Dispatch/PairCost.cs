using Tumpang.Contracts;

namespace Tumpang.Matching.Dispatch;

/// <summary>What it costs to send a driver to a request, in seconds of driving, by the weights of the city.</summary>
static class PairCost
{
    /// <summary>With fewer answers a ratio is chance.</summary>
    const int FewestAnswers = 5;

    /// <summary>25 km/h by roads that are 1.27 times as long as the straight line, as outside the road graphs.</summary>
    const double StraightMetresPerSecond = 25 / 3.6 / 1.27;

    static readonly TimeSpan LongestIdle = TimeSpan.FromMinutes(30);

    /// <summary>A request with each driver near it, priced.</summary>
    /// <param name="pickupSeconds">Driving time of each driver to the pickup.</param>
    public static IEnumerable<Candidate> Candidates(
        WaitingRequest request, IReadOnlyList<NearbyDriver> drivers, double[] pickupSeconds, CityRules rules, DateTimeOffset now)
    {
        var waited = now - request.RequestedAt;
        var headStart = request.GivenUp ? rules.GivenUpCredit.TotalSeconds : 0;
        var somebodyQueues = drivers.Any(driver => driver.QueueRank is not null);
        for (var index = 0; index < drivers.Count; index++)
        {
            var (driver, seconds) = (drivers[index], pickupSeconds[index] + drivers[index].FreeInSeconds);
            var jump = somebodyQueues ? rules.QueueJumpPenalty.TotalSeconds : 0;
            var uncertain = driver.AfterRideId is null ? 0 : rules.ForwardPenalty.TotalSeconds;
            var drive = driver.QueueRank is { } rank ? Queued(rank, rules) : seconds + jump + uncertain;
            yield return new(
                request.RideRequestId, driver.DriverId, driver.Position, (int)Math.Round(driver.DistanceMetres), seconds,
                Seconds(drive, waited, rules) - headStart,
                driver.QueueRank, driver.AfterRideId);
        }
    }

    /// <summary>Whoever waits in the queue of the pickup's zone counts by rank alone: the first is asked first, wherever in the zone they stand.</summary>
    static double Queued(int rank, CityRules rules) => rank * rules.QueueRankWeight.TotalSeconds;

    /// <summary>The drive to the pickup, less a credit for the time that the passenger has waited.</summary>
    public static double Seconds(double pickupSeconds, TimeSpan waited, CityRules rules) =>
        pickupSeconds - (waited.TotalSeconds * rules.WaitedWeight);

    /// <summary>
    /// What a driver's record adds: a credit for idle time, so that work is shared, and a charge for offers refused and rides given up, which
    /// cost passengers their time. What is not known weighs nothing.
    /// </summary>
    public static double Seconds(DriverRecord record, CityRules rules, DateTimeOffset now)
    {
        var idle = record.FreeSince is { } since && since < now ? Math.Min((now - since).TotalSeconds, LongestIdle.TotalSeconds) : 0;
        var refused = record.Answered >= FewestAnswers ? 1 - ((double)record.Accepted / record.Answered) : 0;
        var givenUp = record.Accepted >= FewestAnswers ? (double)record.Cancelled / record.Accepted : 0;
        return (refused * rules.RefusalPenalty.TotalSeconds) + (givenUp * rules.CancellationPenalty.TotalSeconds) - (idle * rules.IdleWeight);
    }

    /// <summary>What it adds that a ride leads a driver away from where they want to end up; less than nothing when it brings them nearer.</summary>
    public static double Seconds(GeoPoint driver, GeoPoint dropOff, GeoPoint? destination, CityRules rules)
    {
        if (destination is not { } wanted) return 0;

        var lostSeconds = (dropOff.MetresTo(wanted) - driver.MetresTo(wanted)) / StraightMetresPerSecond;
        return Math.Clamp(lostSeconds * rules.HomewardWeight, -rules.HomewardLimit.TotalSeconds, rules.HomewardLimit.TotalSeconds);
    }

    /// <summary>What it takes off that the passenger would like this driver again.</summary>
    /// <param name="favouriteOf">The passengers whose favourite the driver is, comma-separated ids; null when there are none.</param>
    public static double Seconds(Guid passengerId, string? favouriteOf, CityRules rules) =>
        favouriteOf?.Contains(passengerId.ToString(), StringComparison.Ordinal) is true ? -rules.FavouriteCredit.TotalSeconds : 0;
}

/// <summary>What match knows of a driver from its own offers and the ends of rides.</summary>
/// <param name="Answered">Of the last 50 offers that the driver accepted, declined or let expire.</param>
/// <param name="Cancelled">Accepted and then given up.</param>
/// <param name="FreeSince">When the last ride ended; null before the first, and after going offline.</param>
readonly record struct DriverRecord(int Answered, int Accepted, int Cancelled, DateTimeOffset? FreeSince);
