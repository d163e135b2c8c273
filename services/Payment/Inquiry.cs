using Microsoft.Extensions.Options;
using Tumpang.Payments.Provider;

namespace Tumpang.Payments;

/// <summary>Finds out what becomes of a movement of money. Whatever may have been sent before is asked about before it is sent again.</summary>
internal sealed class Inquiry(IOptions<PaymentOptions> options)
{
    /// <param name="sends">How often a worker took it up, this time included.</param>
    /// <param name="abandon">What to do when nothing is known of it after many sends; without it, it counts as refused.</param>
    public async Task<ProviderAnswer> Ask(
        int sends, Func<Task<ProviderAnswer>> find, Func<Task<ProviderAnswer>> send, Func<Task<ProviderAnswer>>? abandon = null)
    {
        if (sends > 1)
        {
            var known = await find();
            if (known is not ProviderAnswer.Absent)
            {
                return known;
            }

            if (sends > options.Value.SendsBeforeGivingUp)
            {
                return abandon is null ? new ProviderAnswer.Declined(null, Decline.ProviderFault) : await abandon();
            }
        }

        return await send();
    }

    /// <summary>How long to wait before an unknown outcome is looked at again; system time.</summary>
    public TimeSpan NextAfter(int sends)
    {
        var delay = options.Value.FirstRecheck * Math.Pow(2, Math.Min(sends - 1, 16));
        return delay < options.Value.LongestRecheck ? delay : options.Value.LongestRecheck;
    }
}
