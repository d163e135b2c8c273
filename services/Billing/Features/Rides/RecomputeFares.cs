using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Rides;

/// <summary>
/// Works out fares again from what was stored with them, and names those that come out differently, for auditors. The oldest first, a page at a time.
/// Rides priced before inputs were kept are counted apart.
/// </summary>
internal static class RecomputeFares
{
    const int LongestPage = 1_000;

    const string After = """
        select   fare.fare_id, fare.ride_id, fare.policy_id, fare.policy_version, fare.kind, fare.fare_factor_basis_points, fare.full_minor_units,
                 fare.total_minor_units, fare.commission_minor_units, fare.driver_earning_minor_units, fare.tax_minor_units, fare.promotion_minor_units,
                 fare.breakdown, fare.inputs
        from     billing.fare_settlements paid
        join     billing.fares fare on (fare.ride_id, fare.booked_at) = (paid.ride_id, paid.booked_at)
        where    paid.fare_id > @After
        order by paid.fare_id
        limit    @Limit
        """;

    public static async Task<Results<Ok<RecomputedView>, ProblemHttpResult>> Handle(
        Guid? cursor, int? limit, Database database, FarePolicies policies, CancellationToken ct)
    {
        var page = Math.Clamp(limit ?? LongestPage, 1, LongestPage);
        var rows = await database.List<Row>(After, new { After = cursor ?? Guid.Empty, Limit = page }, ct);
        var known = rows.Where(row => row.CanBeRecomputed).ToList();
        var different = new List<Guid>();
        foreach (var row in known)
        {
            if (!row.Agrees(await policies.Get(row.PolicyId, row.PolicyVersion, ct))) different.Add(row.RideId);
        }

        return TypedResults.Ok(new RecomputedView(known.Count, rows.Count - known.Count, different, rows.Count == page ? rows[^1].FareId : null));
    }

    sealed class Row
    {
        public Guid FareId { get; init; }
        public Guid RideId { get; init; }
        public Guid PolicyId { get; init; }
        public int PolicyVersion { get; init; }
        public string Kind { get; init; } = "";
        public int FareFactorBasisPoints { get; init; }
        public long FullMinorUnits { get; init; }
        public long TotalMinorUnits { get; init; }
        public long CommissionMinorUnits { get; init; }
        public long DriverEarningMinorUnits { get; init; }
        public long TaxMinorUnits { get; init; }
        public long PromotionMinorUnits { get; init; }
        public string Breakdown { get; init; } = "[]";
        public string? Inputs { get; init; }

        public bool CanBeRecomputed => Inputs is not null || Kind == "Cancellation";

        public bool Agrees(FarePolicy policy)
        {
            var shares = Recomputation.SharesOf(
                policy, Inputs is { } stored ? JsonSerializer.Deserialize<FareInputs>(stored, Json.Options) : null, FareFactorBasisPoints);
            var lines = JsonSerializer.Deserialize<List<FareLine>>(Breakdown, Json.Options)!;
            return (shares.Full, shares.Total, shares.Commission, shares.DriverEarning, shares.Tax, shares.Promotion)
                == (FullMinorUnits, TotalMinorUnits, CommissionMinorUnits, DriverEarningMinorUnits, TaxMinorUnits, PromotionMinorUnits)
                && shares.Lines.SequenceEqual(lines);
        }
    }
}

/// <summary>What came out.</summary>
/// <param name="Recomputed">How many fares were worked out again.</param>
/// <param name="WithoutInputs">How many were priced before inputs were kept.</param>
/// <param name="Different">Rides whose fare comes out differently: there should be none.</param>
/// <param name="NextCursor">For the next page; absent on the last.</param>
internal sealed record RecomputedView(int Recomputed, int WithoutInputs, IReadOnlyList<Guid> Different, Guid? NextCursor);
