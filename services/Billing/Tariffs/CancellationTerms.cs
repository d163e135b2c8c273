using Tumpang.Billing.Fares;

namespace Tumpang.Billing.Tariffs;

/// <summary>What a passenger owes who cancels later than this after the match, and a driver who gives a ride up.</summary>
/// <param name="AtPickupMinorUnits">Once the driver has arrived; the same fee when absent.</param>
/// <param name="NoShowMinorUnits">For not coming, whatever time has passed; when absent what a cancellation at the pickup would cost.</param>
/// <param name="DriverFeeMinorUnits">What a driver owes who gives a ride up without an excuse; nothing when absent.</param>
/// <param name="DriverGraceSeconds">Later than this after the match; than the passenger's grace when absent.</param>
internal sealed record CancellationTerms(
    long FeeMinorUnits, int GraceSeconds, long? AtPickupMinorUnits = null, long? NoShowMinorUnits = null, long? DriverFeeMinorUnits = null,
    int? DriverGraceSeconds = null)
{
    /// <summary>The rule that it says.</summary>
    public CancellationRule ToRule() => new(
        FeeMinorUnits, TimeSpan.FromSeconds(GraceSeconds), AtPickupMinorUnits, NoShowMinorUnits, DriverFeeMinorUnits,
        DriverGraceSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null);

    /// <summary>As it would have to be written.</summary>
    public static CancellationTerms Of(CancellationRule rule) => new(
        rule.FeeMinorUnits, (int)rule.Grace.TotalSeconds, rule.AtPickupMinorUnits, rule.NoShowMinorUnits, rule.DriverFeeMinorUnits,
        (int?)rule.DriverGrace?.TotalSeconds);
}
