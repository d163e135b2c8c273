namespace Tumpang.Contracts;

/// <summary>Why a ride can be cancelled: a closed list per side and phase, so that it can be counted and shown in any language.</summary>
public static class CancelReasons
{
    static readonly string[] OfPassengerOnTheWay =
        ["changed-mind", "driver-too-far", "driver-asked-to-cancel", "wrong-pickup", CancelReason.DriverNoShow, "unsafe", "other"];

    static readonly string[] OfPassengerInQueue = [.. OfPassengerOnTheWay.Except([CancelReason.DriverNoShow])];

    static readonly string[] OfPassengerAtPickup = ["changed-mind", "driver-asked-to-cancel", "wrong-pickup", "other-vehicle", "unsafe", "other"];

    static readonly string[] OfDriverOnTheWay = [CancelReason.PassengerAsked, "pickup-too-far", "wrong-pickup", "vehicle-problem", "unsafe", "other"];

    static readonly string[] OfDriverAtPickup =
        [CancelReason.PassengerNoShow, CancelReason.PassengerAsked, "wrong-pickup", "vehicle-problem", "unsafe", "other"];

    /// <summary>What this side may say in this phase.</summary>
    public static IReadOnlyList<string> Of(Party by, RideStatus status) => (by, status) switch
    {
        (Party.Passenger, RideStatus.Queued) => OfPassengerInQueue,
        (Party.Passenger, RideStatus.DriverArrived) => OfPassengerAtPickup,
        (Party.Passenger, _) => OfPassengerOnTheWay,
        (_, RideStatus.DriverArrived) => OfDriverAtPickup,
        _ => OfDriverOnTheWay,
    };

    /// <summary>What this side may say at one time or another of a ride under way: who asks does not know whether the driver has arrived.</summary>
    public static IEnumerable<string> OfAnyPhase(Party by) => Of(by, RideStatus.DriverAssigned).Union(Of(by, RideStatus.DriverArrived));

    /// <summary>What either side may say before the ride exists here: nobody can have failed to come yet.</summary>
    public static IEnumerable<string> Early => OfPassengerInQueue.Union(OfDriverOnTheWay);
}
