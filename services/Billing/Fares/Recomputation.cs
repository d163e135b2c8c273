using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Fares;

/// <summary>
/// Works a fare out again from what was stored with it. The first calculation goes through here too, so that the two cannot differ
/// by anything but the data.
/// </summary>
internal static class Recomputation
{
    /// <summary>The parts of a fare.</summary>
    /// <param name="inputs">Null for a cancellation from before its phase was kept: it cost the same in each.</param>
    public static FareShares SharesOf(FarePolicy policy, FareInputs? inputs, int factorBasisPoints) =>
        FareShares.Of(policy, PriceOf(policy, inputs), factorBasisPoints, inputs?.TipMinorUnits ?? 0, inputs?.Promotion);

    static Price PriceOf(FarePolicy policy, FareInputs? inputs) => inputs switch
    {
        null => FeeOf(CancellationPhase.OnTheWay, policy.Cancellation.FeeMinorUnits),
        { Cancelled: { } ride } => FeeOf(ride.Phase, policy.Cancellation.FeeOf(Party.Passenger, ride)),
        _ => policy.PriceOf(inputs),
    };

    static Price FeeOf(CancellationPhase phase, long minorUnits) => new([new(phase.LineCode(), minorUnits)]);
}
