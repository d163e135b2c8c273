using Tumpang.Contracts;

namespace Tumpang.Billing.Fares;

/// <summary>What a passenger owes who cancels after a driver was on the way.</summary>
/// <param name="FeeMinorUnits">Not negative; zero where cancelling is always free.</param>
/// <param name="Grace">For so long after the match it costs nothing, city time.</param>
internal sealed record CancellationRule(long FeeMinorUnits, TimeSpan Grace)
{
    /// <summary>The fee, or zero: drivers and our own rules cancel at nobody's expense, passengers within the grace period too.</summary>
    public long FeeOf(Party by, DateTimeOffset assignedAt, DateTimeOffset cancelledAt) =>
        by == Party.Passenger && cancelledAt - assignedAt > Grace ? FeeMinorUnits : 0;
}
