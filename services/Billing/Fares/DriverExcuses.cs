using System.Collections.Frozen;
using Tumpang.Contracts;

namespace Tumpang.Billing.Fares;

/// <summary>
/// Reasons for which a driver may give a ride up at any time: what they could not know when they accepted, and what nobody should drive on with for fear of a fee.
/// How far the pickup is was in the offer.
/// </summary>
internal static class DriverExcuses
{
    static readonly FrozenSet<string> All =
        FrozenSet.Create(StringComparer.Ordinal, CancelReason.PassengerNoShow, CancelReason.PassengerAsked, "wrong-pickup", "vehicle-problem", "unsafe");

    /// <param name="reason">Null when none was said yet, which excuses nothing.</param>
    public static bool Excuse(string? reason) => reason is not null && All.Contains(reason);
}
