namespace Tumpang.Matching.Dispatch;

/// <summary>What it costs to send a driver to a request, in seconds of driving, by the weights of the city.</summary>
static class PairCost
{
    /// <summary>A request with each driver near it, priced.</summary>
    /// <param name="pickupSeconds">Driving time of each driver to the pickup.</param>
    public static IEnumerable<Candidate> Candidates(
        WaitingRequest request, IReadOnlyList<NearbyDriver> drivers, double[] pickupSeconds, CityRules rules, DateTimeOffset now)
    {
        var waited = now - request.RequestedAt;
        for (var index = 0; index < drivers.Count; index++)
        {
            var (driver, seconds) = (drivers[index], pickupSeconds[index]);
            yield return new(
                request.RideRequestId, driver.DriverId, driver.Position, (int)Math.Round(driver.DistanceMetres), seconds, Seconds(seconds, waited, rules));
        }
    }

    /// <summary>The drive to the pickup, less a credit for the time that the passenger has waited.</summary>
    public static double Seconds(double pickupSeconds, TimeSpan waited, CityRules rules) =>
        pickupSeconds - (waited.TotalSeconds * rules.WaitedWeight);
}
