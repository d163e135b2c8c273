using Tumpang.Contracts;

namespace Tumpang.Payments.Provider.Stripe;

/// <summary>
/// Stripe's amounts. It counts in a currency's smallest unit as ISO 4217 does, with exceptions (docs.stripe.com/currencies, "zero-decimal" and "special
/// cases"): the ariary has no decimals, the króna and the Ugandan shilling still have two that are always zero, and of three decimals the last is zero.
/// </summary>
internal static class StripeMoney
{
    /// <summary>The amount in Stripe's units; null when it cannot be said in them.</summary>
    public static long? From(Money money)
    {
        var (ours, theirs) = (Currencies.MinorUnitsPerMajor(money.Currency), UnitsPerMajor(money.Currency));
        var (amount, rest) = Math.DivRem(checked(money.MinorUnits * theirs), ours);
        return rest == 0 && amount % Step(money.Currency) == 0 ? amount : null;
    }

    /// <summary>What Stripe says, in our units; null when it cannot be said in them.</summary>
    /// <param name="code">Stripe's name of the currency.</param>
    public static Money? ToMoney(long amount, string code)
    {
        var currency = code.ToUpperInvariant();
        var (ours, rest) = Math.DivRem(checked(amount * Currencies.MinorUnitsPerMajor(currency)), UnitsPerMajor(currency));
        return rest == 0 ? new Money(ours, currency) : null;
    }

    /// <summary>Stripe's name of the currency.</summary>
    public static string Code(Money money) => money.Currency.ToLowerInvariant();

    static long UnitsPerMajor(string currency) => currency switch
    {
        "BIF" or "CLP" or "DJF" or "GNF" or "JPY" or "KMF" or "KRW" or "MGA" or "PYG" or "RWF" or "VND" or "VUV" or "XAF" or "XOF" or "XPF" => 1,
        "BHD" or "JOD" or "KWD" or "OMR" or "TND" => 1_000,
        _ => 100,
    };

    static long Step(string currency) => UnitsPerMajor(currency) == 1_000 ? 10 : 1;
}
