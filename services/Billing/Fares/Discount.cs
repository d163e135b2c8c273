using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Fares;

/// <summary>What a promotion takes off what the passenger pays. It is our expense: nobody else's part becomes smaller.</summary>
internal static class Discount
{
    /// <summary>Code of its line.</summary>
    public const string Code = "promotion";

    /// <summary>Of this much; rounded down to the step of the fares, and never more than there is.</summary>
    public static long Of(PromotionTerms? terms, long minorUnits, long step)
    {
        if (terms is null) return 0;

        var share = terms.BasisPoints is { } basisPoints ? Rounding.ShareDown(minorUnits, basisPoints) : terms.MostMinorUnits;
        return Math.Min(Math.Min(share, terms.MostMinorUnits), minorUnits) / step * step;
    }

    /// <summary>A price that it lowers.</summary>
    public static Price Lowered(this Price price, FarePolicy policy, PromotionTerms? terms) =>
        Of(terms, price.MinorUnits, policy.RoundingMinorUnits) is > 0 and var discount ? new([.. price.Lines, new(Code, -discount)]) : price;
}
