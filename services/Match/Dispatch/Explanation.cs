namespace Tumpang.Matching.Dispatch;

/// <summary>What a round decided about one driver and one request; wire names for operators and metrics.</summary>
static class Verdict
{
    public const string Offered = "offered", AskedBefore = "asked-before", NotApproved = "not-approved", OtherClass = "other-class", Busy = "busy",
        HasOffer = "has-offer", TooFar = "too-far", LostToOtherRequest = "lost-to-other-request", OtherDriverChosen = "other-driver-chosen",
        ChangedMeanwhile = "changed-meanwhile", NotChosen = "not-chosen";
}

/// <summary>Why a driver was or was not offered a request.</summary>
/// <param name="At">The round, city time.</param>
/// <param name="DistanceMetres">Straight line to the pickup; unknown for a driver who was not searched for.</param>
/// <param name="PickupSeconds">Driving time to the pickup.</param>
/// <param name="CostSeconds">What the round compared: the drive with the adjustments of the city.</param>
/// <param name="WonBy">The request that got the driver, when this one lost the driver to it.</param>
/// <param name="QueueRank">The driver's place in the queue of the pickup's airport or station, from 1; null outside it.</param>
/// <param name="AfterRideId">The ride that the driver must end first; null for a free driver.</param>
public sealed record DriverVerdict(
    string Verdict, DateTimeOffset At, int? DistanceMetres = null, int? PickupSeconds = null, double? CostSeconds = null, Guid? WonBy = null,
    int? QueueRank = null, Guid? AfterRideId = null);

/// <summary>What a round saw and decided for one request.</summary>
sealed record RoundExplanation(
    Guid RideRequestId, DateTimeOffset At, int RadiusMetres, int DriversWithOffers, bool LocationAnswered, IReadOnlyDictionary<Guid, DriverVerdict> Drivers)
{
    /// <summary>Explains a round request by request: from what was found, what was chosen and which offers could still be made.</summary>
    public static IEnumerable<RoundExplanation> Of(
        IReadOnlyList<WaitingRequest> waiting, Found found, IReadOnlyList<Candidate> chosen, HashSet<Guid> offersMadeTo, CityRules rules, DateTimeOffset now)
    {
        var near = found.Near.ToLookup(pair => pair.RideRequestId);
        var winners = chosen.ToDictionary(pair => pair.DriverId, pair => pair.RideRequestId);
        var served = winners.Values.ToHashSet();
        foreach (var request in waiting)
        {
            var drivers = request.DriversAskedBefore.ToDictionary(id => id, _ => new DriverVerdict(Verdict.AskedBefore, now));
            foreach (var pair in near[request.RideRequestId])
            {
                var verdict = Judge(pair, found, winners, served, offersMadeTo, rules);
                drivers[pair.DriverId] = new(
                    verdict, now, pair.DistanceMetres, (int)Math.Round(pair.PickupSeconds), Math.Round(pair.Cost, 1),
                    verdict is Verdict.LostToOtherRequest ? winners[pair.DriverId] : null, pair.QueueRank, pair.AfterRideId);
            }

            yield return new(request.RideRequestId, now, rules.RadiusMetres(now - request.RequestedAt), found.DriversWithOffers, found.LocationAnswered, drivers);
        }
    }

    static string Judge(
        Candidate pair, Found found, Dictionary<Guid, Guid> winners, HashSet<Guid> served, HashSet<Guid> offersMadeTo, CityRules rules) => pair switch
        {
            _ when found.Dropped.TryGetValue(pair.DriverId, out var reason) => reason,
            _ when winners.TryGetValue(pair.DriverId, out var winner) && winner != pair.RideRequestId => Verdict.LostToOtherRequest,
            _ when winners.ContainsKey(pair.DriverId) => offersMadeTo.Contains(pair.DriverId) ? Verdict.Offered : Verdict.ChangedMeanwhile,
            _ when served.Contains(pair.RideRequestId) => Verdict.OtherDriverChosen,
            _ when rules.IsTooFar(pair.Cost) => Verdict.TooFar,
            _ => Verdict.NotChosen,
        };
}
