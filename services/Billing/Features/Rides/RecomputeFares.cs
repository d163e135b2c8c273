using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Rides;

/// <summary>
/// Works out fares again from what was stored with them, and names those that come out differently, for auditors. Where a quote was honoured, that is
/// priced again too: its lines would otherwise only be added up. The oldest first, a page at a time. Rides priced before inputs were kept are counted apart;
/// a cancellation from then costs its policy's fee.
/// </summary>
internal static class RecomputeFares
{
    const int LongestPage = 1_000;

    const string After = """
        select   fare.fare_id, fare.ride_id, fare.policy_id, fare.policy_version, fare.kind, fare.fare_factor_basis_points, fare.full_minor_units,
                 fare.total_minor_units, fare.commission_minor_units, fare.driver_earning_minor_units, fare.tax_minor_units, fare.promotion_minor_units,
                 fare.breakdown, fare.inputs, fare.subscription_id, quote.policy_id as quote_policy_id, quote.policy_version as quote_policy_version,
                 quote.fare_minor_units as quote_minor_units, quote.breakdown as quote_breakdown, quote.inputs as quote_inputs
        from     billing.fare_settlements paid
        join     billing.fares fare on (fare.ride_id, fare.booked_at) = (paid.ride_id, paid.booked_at)
        left     join billing.rides ride on ride.ride_id = fare.ride_id and fare.basis = 'Quote'
        left     join billing.quotes quote on quote.quote_id = ride.quote_id
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
        var (different, quotes) = (new List<Guid>(), 0);
        foreach (var row in known)
        {
            var agrees = row.Agrees(await policies.Get(row.PolicyId, row.PolicyVersion, ct));
            if (row.Honoured is { } honoured)
            {
                agrees &= honoured.Agrees(await policies.Get(honoured.PolicyId, honoured.PolicyVersion, ct));
                quotes++;
            }

            if (!agrees) different.Add(row.RideId);
        }

        return TypedResults.Ok(new RecomputedView(known.Count, rows.Count - known.Count, different, rows.Count == page ? rows[^1].FareId : null, quotes));
    }

    static List<FareLine> LinesOf(string stored) => JsonSerializer.Deserialize<List<FareLine>>(stored, Json.Options)!;

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
        public Guid? SubscriptionId { get; init; }
        public Guid? QuotePolicyId { get; init; }
        public int? QuotePolicyVersion { get; init; }
        public long? QuoteMinorUnits { get; init; }
        public string? QuoteBreakdown { get; init; }
        public string? QuoteInputs { get; init; }

        public bool CanBeRecomputed => Inputs is not null || Kind == "Cancellation";

        /// <summary>The quote that stands in place of a track, where it is stored with what it was worked out from and was known when the fare was made.</summary>
        public HonouredQuote? Honoured =>
            InputsOf(QuoteInputs) is { } inputs && InputsOf(Inputs)?.Quoted is { } lines && !lines.Any(line => line.Code == Pricing.QuotedCode)
                ? new(QuotePolicyId!.Value, QuotePolicyVersion!.Value, QuoteMinorUnits!.Value, LinesOf(QuoteBreakdown!), inputs, lines)
                : null;

        public bool Agrees(FarePolicy policy)
        {
            var shares = Recomputation.SharesOf(policy.Under(SubscriptionId), InputsOf(Inputs), FareFactorBasisPoints);
            return (shares.Full, shares.Total, shares.Commission, shares.DriverEarning, shares.Tax, shares.Promotion)
                == (FullMinorUnits, TotalMinorUnits, CommissionMinorUnits, DriverEarningMinorUnits, TaxMinorUnits, PromotionMinorUnits)
                && shares.Lines.SequenceEqual(LinesOf(Breakdown));
        }

        static FareInputs? InputsOf(string? stored) => stored is null ? null : JsonSerializer.Deserialize<FareInputs>(stored, Json.Options);
    }

    /// <summary>A quote beside the fare that it became.</summary>
    /// <param name="Lines">As it was quoted, with its promotion.</param>
    /// <param name="Charged">Its lines as the fare has them, before any promotion.</param>
    sealed record HonouredQuote(
        Guid PolicyId, int PolicyVersion, long MinorUnits, IReadOnlyList<FareLine> Lines, FareInputs Inputs, IReadOnlyList<FareLine> Charged)
    {
        public bool Agrees(FarePolicy policy)
        {
            var price = policy.PriceOf(Inputs);
            var quoted = price.Lowered(policy, Inputs.Promotion);
            return quoted.Lines.SequenceEqual(Lines) && quoted.MinorUnits == MinorUnits && price.Lines.SequenceEqual(Charged);
        }
    }
}

/// <summary>What came out.</summary>
/// <param name="Recomputed">How many fares were worked out again.</param>
/// <param name="WithoutInputs">How many were priced before inputs were kept.</param>
/// <param name="Different">Rides whose fare comes out differently, or the quote that it honours: there should be none.</param>
/// <param name="NextCursor">For the next page; absent on the last.</param>
/// <param name="Quotes">For how many of them the quote was priced again too.</param>
internal sealed record RecomputedView(int Recomputed, int WithoutInputs, IReadOnlyList<Guid> Different, Guid? NextCursor, int Quotes);
