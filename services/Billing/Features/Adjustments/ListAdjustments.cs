using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Adjustments;

/// <summary>What operators did, or want to do, to the fare of a ride, oldest first.</summary>
internal static class ListAdjustments
{
    const string OfRide = """
        select   adjustment_id, ride_id, amount_minor_units, currency, born_by, driver_minor_units, commission_minor_units, tax_minor_units,
                 concession_minor_units, reason, status, proposed_by, proposed_at, needs_second_operator, decided_by, decided_at
        from     billing.adjustments
        where    ride_id = @RideId
        order by proposed_at, adjustment_id
        limit    100
        """;

    internal sealed record Answer(IReadOnlyList<Item> Adjustments);

    /// <param name="Driver">What of it the driver bears; the four parts are zero until it is effective.</param>
    /// <param name="Concession">What of it we bear alone.</param>
    internal sealed record Item(
        Guid AdjustmentId, Money Amount, BornBy BornBy, Money Driver, Money Commission, Money Tax, Money Concession, string Reason, AdjustmentStatus Status,
        bool NeedsSecondOperator, Guid ProposedBy, DateTimeOffset ProposedAt, Guid? DecidedBy, DateTimeOffset? DecidedAt);

    public static async Task<Ok<Answer>> Handle(Guid rideId, Database database, CancellationToken ct) =>
        TypedResults.Ok(new Answer(await Of(rideId, database, ct)));

    internal static async Task<IReadOnlyList<Item>> Of(Guid rideId, Database database, CancellationToken ct) =>
        [.. (await database.List<Row>(OfRide, new { RideId = rideId }, ct)).Select(row => row.View())];

    sealed class Row
    {
        public Guid AdjustmentId { get; init; }
        public long AmountMinorUnits { get; init; }
        public string Currency { get; init; } = "";
        public BornBy BornBy { get; init; }
        public long DriverMinorUnits { get; init; }
        public long CommissionMinorUnits { get; init; }
        public long TaxMinorUnits { get; init; }
        public long ConcessionMinorUnits { get; init; }
        public string Reason { get; init; } = "";
        public AdjustmentStatus Status { get; init; }
        public Guid ProposedBy { get; init; }
        public DateTimeOffset ProposedAt { get; init; }
        public bool NeedsSecondOperator { get; init; }
        public Guid? DecidedBy { get; init; }
        public DateTimeOffset? DecidedAt { get; init; }

        public Item View() => new(
            AdjustmentId, In(AmountMinorUnits), BornBy, In(DriverMinorUnits), In(CommissionMinorUnits), In(TaxMinorUnits), In(ConcessionMinorUnits), Reason,
            Status, NeedsSecondOperator, ProposedBy, ProposedAt, DecidedBy, DecidedAt);

        Money In(long minorUnits) => new(minorUnits, Currency);
    }
}
