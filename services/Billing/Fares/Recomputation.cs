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
    /// <param name="inputs">Null for a cancellation: its fee is the policy's.</param>
    public static FareShares SharesOf(FarePolicy policy, FareInputs? inputs, int factorBasisPoints) =>
        FareShares.Of(policy, inputs is null ? CancellationOf(policy) : policy.PriceOf(inputs), factorBasisPoints, inputs?.TipMinorUnits ?? 0, inputs?.Promotion);

    static Price CancellationOf(FarePolicy policy) => new([new("cancellation", policy.Cancellation.FeeMinorUnits)]);
}
