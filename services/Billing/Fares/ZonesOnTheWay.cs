using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Tumpang.Zones;

namespace Tumpang.Billing.Fares;

/// <summary>Which of a policy's zones a ride meets.</summary>
internal static class ZonesOnTheWay
{
    /// <param name="way">Asked for only when there are tolls.</param>
    public static IReadOnlyList<ZoneMet> Of(FarePolicy policy, ZoneIndex zones, GeoPoint? pickup, GeoPoint? dropOff, Func<IReadOnlyList<GeoPoint>> way)
    {
        if (policy.ZoneFees.Count == 0) return [];

        var driven = new Lazy<IReadOnlyList<GeoPoint>>(way);
        return [.. policy.ZoneFees.Where(fee => IsMet(fee)).Select(fee => new ZoneMet(fee.ZoneId, fee.On)).Distinct()];

        bool IsMet(ZoneFee fee) => zones.Find(policy.CityId, fee.ZoneId) is { } zone && fee.On switch
        {
            ZoneMeeting.Pickup => pickup is { } place && zone.Covers(place),
            ZoneMeeting.DropOff => dropOff is { } place && zone.Covers(place),
            _ => zone.IsCrossedBy(driven.Value),
        };
    }
}
