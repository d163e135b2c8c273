using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Rides;

/// <summary>The final fare of a ride, line by line, for its passenger and its driver.</summary>
internal static class GetFare
{
    const string OfRide = """
        select ride.ride_id, fare.fare_id, fare.kind, fare.basis, fare.currency, fare.total_minor_units, fare.commission_minor_units,
               fare.driver_earning_minor_units, fare.tax_minor_units, paid.adjusted_minor_units, fare.credited_minor_units, fare.distance_metres,
               fare.duration_seconds, fare.fare_factor_basis_points, fare.breakdown, paid.settlement, fare.finalised_at, fare.policy_id, fare.policy_version, policy.name as policy_name
        from   billing.rides ride
        left   join billing.fare_settlements paid on paid.ride_id = ride.ride_id
        left   join billing.fares fare on (fare.ride_id, fare.booked_at) = (paid.ride_id, paid.booked_at)
        left   join billing.fare_policies policy on (policy.policy_id, policy.version) = (fare.policy_id, fare.policy_version)
        where  ride.ride_id = @RideId and @UserId in (ride.passenger_id, ride.driver_id)
        """;

    public static async Task<Results<Ok<FareView>, ProblemHttpResult>> Handle(Guid rideId, CurrentUser user, Database database, CancellationToken ct) =>
        await database.Find<Row>(OfRide, new { RideId = rideId, UserId = user.Id }, ct) switch
        {
            null => Problem.NotFound("ride").ToHttp(),
            { FareId: null } => BillingProblems.FareNotFinal.ToHttp(),
            var fare => TypedResults.Ok(fare.View()),
        };

    sealed class Row
    {
        public Guid RideId { get; init; }
        public Guid? FareId { get; init; }
        public FareKind Kind { get; init; }
        public FareBasis Basis { get; init; }
        public string Currency { get; init; } = "";
        public long TotalMinorUnits { get; init; }
        public long CommissionMinorUnits { get; init; }
        public long DriverEarningMinorUnits { get; init; }
        public long TaxMinorUnits { get; init; }
        public long AdjustedMinorUnits { get; init; }
        public long CreditedMinorUnits { get; init; }
        public int DistanceMetres { get; init; }
        public int DurationSeconds { get; init; }
        public int FareFactorBasisPoints { get; init; }
        public string Breakdown { get; init; } = "[]";
        public string Settlement { get; init; } = "";
        public DateTimeOffset FinalisedAt { get; init; }
        public Guid PolicyId { get; init; }
        public int PolicyVersion { get; init; }
        public string PolicyName { get; init; } = "";

        public FareView View() => new(
            FareId!.Value, RideId, Kind, Basis, In(TotalMinorUnits), In(CommissionMinorUnits), In(DriverEarningMinorUnits), In(TaxMinorUnits),
            DistanceMetres, DurationSeconds, FareFactorBasisPoints,
            FareLineView.Of(JsonSerializer.Deserialize<List<FareLine>>(Breakdown, Json.Options)!, Currency),
            new(PolicyId, PolicyVersion, PolicyName), Settlement, FinalisedAt, In(AdjustedMinorUnits),
            In(CreditedMinorUnits));

        Money In(long minorUnits) => new(minorUnits, Currency);
    }
}

/// <summary>What was owed for a ride or its cancellation, and whether it is paid.</summary>
/// <param name="FareFactorBasisPoints">What the driver left of the fare; 10 000 = all.</param>
/// <param name="Breakdown">Sums to the total.</param>
/// <param name="Settlement">Pending, Owed, Settled, WrittenOff or Void.</param>
/// <param name="Adjusted">What operators have taken off the total since; zero for most.</param>
/// <param name="Credited">What was set off against it, because we owed it to the passenger; only the rest is collected.</param>
internal sealed record FareView(
    Guid FareId, Guid RideId, FareKind Kind, FareBasis Basis, Money Total, Money Commission, Money DriverEarning, Money Tax, int DistanceMetres,
    int DurationSeconds, int FareFactorBasisPoints, IReadOnlyList<FareLineView> Breakdown, PolicyView Policy, string Settlement, DateTimeOffset FinalisedAt,
    Money Adjusted, Money Credited);

/// <summary>The tariff behind a fare.</summary>
internal sealed record PolicyView(Guid PolicyId, int Version, string Name);
