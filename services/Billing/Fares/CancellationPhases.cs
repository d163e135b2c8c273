using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Fares;

/// <summary>In which phase a ride is, or was, when it is cancelled, and what its line in the breakdown is called.</summary>
internal static class CancellationPhases
{
    const string OnTheWayCode = "cancellation", AtPickupCode = "cancellation-at-pickup", NoShowCode = "no-show";

    /// <summary>Of a ride that was cancelled: ride has checked that the reason is true.</summary>
    public static CancellationPhase Of(RideStatus cancelledIn, string reason) => (cancelledIn, reason) switch
    {
        (_, CancelReason.PassengerNoShow) => CancellationPhase.NoShow,
        (RideStatus.Queued, _) => CancellationPhase.Queued,
        (RideStatus.DriverArrived, _) => CancellationPhase.AtPickup,
        _ => CancellationPhase.OnTheWay,
    };

    /// <summary>Of one that would be cancelled now. A reason that can only be given at the pickup tells of an arrival that has not been heard of.</summary>
    public static CancellationPhase Now(bool isQueued, bool hasArrived, Party by, string? reason) => (isQueued, reason) switch
    {
        (true, _) => CancellationPhase.Queued,
        (_, CancelReason.PassengerNoShow) => CancellationPhase.NoShow,
        _ when hasArrived => CancellationPhase.AtPickup,
        (_, { } said) when !CancelReasons.Of(by, RideStatus.DriverAssigned).Contains(said) => CancellationPhase.AtPickup,
        _ => CancellationPhase.OnTheWay,
    };

    /// <summary>Code of the only line of a fee.</summary>
    public static string LineCode(this CancellationPhase phase) => phase switch
    {
        CancellationPhase.AtPickup => AtPickupCode,
        CancellationPhase.NoShow => NoShowCode,
        _ => OnTheWayCode,
    };

    /// <summary>Every code that such a line can have.</summary>
    public static IEnumerable<string> LineCodes => [OnTheWayCode, AtPickupCode, NoShowCode];
}
