namespace Tumpang.Matching.Dispatch;

/// <summary>What it costs to send a driver to a request, in seconds of driving, by the weights of the city.</summary>
static class PairCost
{
    /// <summary>The drive to the pickup, less a credit for the time that the passenger has waited.</summary>
    public static double Seconds(double pickupSeconds, TimeSpan waited, CityRules rules) =>
        pickupSeconds - (waited.TotalSeconds * rules.WaitedWeight);
}
