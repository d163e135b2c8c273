namespace Tumpang.Payments.Provider.Stripe;

/// <summary>Stripe's reasons in our words.</summary>
internal static class StripeDeclines
{
    const string SayNothing = "generic-decline";

    public static Decline From(StripeError error)
    {
        var decline = Decline.From(error.DeclineCode ?? error.Code);
        return new(IsForUsAlone(decline.Code) ? SayNothing : decline.Code, error.AdviceCode switch
        {
            "try_again_later" => true,
            "do_not_try_again" => false,
            _ => decline.IsSoft,
        });
    }

    /// <summary>Stripe asks not to tell whoever holds the card that it counts as stolen (docs.stripe.com/declines/codes).</summary>
    static bool IsForUsAlone(string code) => code is "fraudulent" or "lost-card" or "stolen-card" or "merchant-blacklist";
}
