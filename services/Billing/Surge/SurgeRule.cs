using Tumpang.Contracts;

namespace Tumpang.Billing.Surge;

/// <summary>Whether and how far the prices of one class in one city follow demand, as an operator decided. Never changed: a change is a new version.</summary>
/// <param name="LeastBasisPoints">No multiplier is lower while it is on; 10 000 for none.</param>
/// <param name="MostBasisPoints">No multiplier is higher.</param>
/// <param name="DecidedAt">City time.</param>
internal sealed record SurgeRule(
    string CityId, VehicleClass VehicleClass, int Version, bool IsOn, int LeastBasisPoints, int MostBasisPoints, string Reason, Guid DecidedBy,
    DateTimeOffset DecidedAt)
{
    public const string Columns = """
        select city_id, vehicle_class, version, is_on, least_basis_points, most_basis_points, reason, decided_by, decided_at
        from   billing.surge_rules rule

        """;

    /// <summary>What holds now: of each city and class the newest version.</summary>
    public const string InForce = Columns + """
        where  not exists (
               select from billing.surge_rules newer
               where  (newer.city_id, newer.vehicle_class) = (rule.city_id, rule.vehicle_class) and newer.version > rule.version)
        """;

    /// <summary>A multiplier within the bounds.</summary>
    public int Bound(int multiplierBasisPoints) => Math.Clamp(multiplierBasisPoints, LeastBasisPoints, MostBasisPoints);
}
