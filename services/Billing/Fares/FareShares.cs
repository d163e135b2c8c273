using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Fares;

/// <summary>Who gives and who gets what of a fare. Total + Promotion = Commission + DriverEarning + Tax, to the minor unit.</summary>
/// <param name="Lines">Sum to <paramref name="Total"/>; a lowered fare has a line driver-discount.</param>
/// <param name="Full">Before the driver lowered it.</param>
internal sealed record FareShares(IReadOnlyList<FareLine> Lines, long Full, long Total, long Commission, long DriverEarning, long Tax, long Promotion = 0)
{
    /// <summary>
    /// Divides a price. The factor lowers the whole fare and rounds down, in favour of the passenger; a fixed tax is due in full
    /// as far as the rest covers it, a sales tax falls with the fare; the commission is taken of what remains and rounds down, in
    /// favour of the driver. A promotion pays a part of that in the passenger's place and takes nothing from anybody. A tip comes on top, for the driver alone: it is neither lowered nor taxed, and there is no commission on it.
    /// </summary>
    /// <param name="factorBasisPoints">What the driver left of it: 10 000 = all, 0 = a free ride.</param>
    /// <param name="tipMinorUnits">What the passenger promised while searching.</param>
    /// <param name="terms">The promotion that the quote froze.</param>
    public static FareShares Of(FarePolicy policy, Price price, int factorBasisPoints, long tipMinorUnits = 0, PromotionTerms? terms = null)
    {
        var full = price.MinorUnits;
        var total = factorBasisPoints == Rounding.AllBasisPoints ? full : Rounding.ShareDown(full, factorBasisPoints, policy.RoundingMinorUnits);
        var tax = TaxWithin(policy, price, full, total);
        var commission = Math.Min(total - tax, Rounding.ShareDown(total - tax, policy.CommissionBasisPoints) + policy.CommissionMinorUnits);
        IReadOnlyList<FareLine> discount = total == full ? [] : [new("driver-discount", total - full)];
        var promotion = Discount.Of(terms, total, policy.RoundingMinorUnits);
        IReadOnlyList<FareLine> promoted = promotion == 0 ? [] : [new(Discount.Code, -promotion)];
        IReadOnlyList<FareLine> tip = tipMinorUnits == 0 ? [] : [new("tip", tipMinorUnits)];
        return new(
            [.. price.Lines, .. discount, .. promoted, .. tip], full + tipMinorUnits, total - promotion + tipMinorUnits, commission,
            total - tax - commission + tipMinorUnits, tax, promotion);
    }

    static long TaxWithin(FarePolicy policy, Price price, long full, long total)
    {
        var fixedTax = price.Of(policy.TaxCode);
        var salesTax = price.Of(Pricing.SalesTaxCode) + policy.SalesTax.Within(full - fixedTax);
        var due = Math.Min(total, fixedTax);
        return due + Math.Min(total - due, full == 0 ? 0 : Rounding.HalfToEven((Int128)salesTax * total, full));
    }
}
