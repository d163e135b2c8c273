using System.Collections.Frozen;

namespace Tumpang.Billing.Fares;

/// <summary>Codes of the lines that every tariff may have. A line of a policy's own has another one, or it would be taken for one of these.</summary>
internal static class OwnCodes
{
    static readonly FrozenSet<string> All = FrozenSet.Create(
        StringComparer.Ordinal,
        [
            "base", "distance", "time", "meter", "minimum", "night-rate", Pricing.SurgeCode, "waiting", "pickup-distance", "stops", "booking",
            Pricing.SalesTaxCode, "rounding", "driver-discount", Discount.Code, "tip", Pricing.QuotedCode, .. CancellationPhases.LineCodes,
        ]);

    public static bool Contains(string code) => All.Contains(code);
}
