using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Fares;

/// <summary>
/// What a passenger owes who cancels after a driver was on the way, or does not come: it never falls with what it costs the driver. And what a driver owes who
/// gives a ride up.
/// </summary>
/// <param name="FeeMinorUnits">While the driver is on the way. Not negative; zero where that is always free.</param>
/// <param name="Grace">For so long after the match cancelling costs nothing, city time; also when the driver has arrived meanwhile, for the passenger was told so.</param>
/// <param name="AtPickupMinorUnits">Once the driver is there; null for the same fee.</param>
/// <param name="NoShowMinorUnits">
/// For not coming: owed whenever the driver left, whose wait was grace enough. Null for what a cancellation at the pickup costs at that moment.
/// </param>
/// <param name="DriverFeeMinorUnits">For a driver who gives the ride up; null for nothing.</param>
/// <param name="DriverGrace">For so long after the match a driver may; null for as long as the passenger.</param>
internal sealed record CancellationRule(
    long FeeMinorUnits, TimeSpan Grace, long? AtPickupMinorUnits = null, long? NoShowMinorUnits = null, long? DriverFeeMinorUnits = null,
    TimeSpan? DriverGrace = null)
{
    /// <summary>What this phase costs beyond the grace period.</summary>
    public long FeeIn(CancellationPhase phase) => phase switch
    {
        CancellationPhase.Queued => 0,
        CancellationPhase.OnTheWay => FeeMinorUnits,
        CancellationPhase.AtPickup => AtPickupMinorUnits ?? FeeMinorUnits,
        _ => NoShowMinorUnits ?? FeeIn(CancellationPhase.AtPickup),
    };

    /// <summary>The fee, or zero: drivers and our own rules cancel at nobody's expense, passengers within the grace period too.</summary>
    public long FeeOf(Party cause, CancelledRide ride) =>
        cause == Party.Passenger && !(HasGrace(ride.Phase) && ride.At - ride.SetOutAt <= Grace) ? FeeIn(ride.Phase) : 0;

    /// <summary>Until when this phase costs nothing; null where it never costs anything, or always.</summary>
    public DateTimeOffset? FreeUntil(CancellationPhase phase, DateTimeOffset setOutAt) => FeeIn(phase) > 0 && HasGrace(phase) ? setOutAt + Grace : null;

    /// <summary>What the driver owes whose doing it was, later than the grace period and without an excuse.</summary>
    public long DriverFeeOf(Party cause, string? reason, CancelledRide ride) =>
        cause == Party.Driver && !DriverExcuses.Excuse(reason) && ride.At - ride.SetOutAt > GraceOfDriver ? DriverFeeMinorUnits ?? 0 : 0;

    /// <summary>Until when a driver may for this reason; null where that never costs anything.</summary>
    public DateTimeOffset? DriverFreeUntil(CancellationPhase phase, string? reason, DateTimeOffset setOutAt) =>
        DriverFeeMinorUnits > 0 && phase is not CancellationPhase.Queued && !DriverExcuses.Excuse(reason) ? setOutAt + GraceOfDriver : null;

    TimeSpan GraceOfDriver => DriverGrace ?? Grace;

    bool HasGrace(CancellationPhase phase) => phase is not CancellationPhase.NoShow || NoShowMinorUnits is null;
}
