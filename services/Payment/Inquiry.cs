using Microsoft.Extensions.Options;
using Tumpang.Payments.Provider;

namespace Tumpang.Payments;

/// <summary>Finds out what becomes of a movement of money. Whatever may have been sent before is asked about before it is sent again.</summary>
internal sealed class Inquiry(IOptions<PaymentOptions> options)
{
    /// <param name="countSend">Writes down that it is about to be sent once more; false when it has ended meanwhile.</param>
    /// <param name="abandon">What to do when nothing is known of it after many sends; without it, it counts as refused.</param>
    public async Task<ProviderAnswer> Ask(
        IClaimed claimed, Func<Task<ProviderAnswer>> find, Func<Task<ProviderAnswer>> send, Func<Task<bool>> countSend, Func<Task<ProviderAnswer>>? abandon)
    {
        if (claimed.Tries == 1)
        {
            return await send();
        }

        var known = await find();
        if (known is not ProviderAnswer.Absent)
        {
            return known;
        }

        // A provider that says nothing is sent nothing: only what it could have heard counts, or an outage would end what it never knew of.
        if (claimed.Sends >= options.Value.SendsBeforeGivingUp)
        {
            return abandon is null ? new ProviderAnswer.Declined(null, Decline.ProviderFault) : await abandon();
        }

        return await countSend() ? await send() : new ProviderAnswer.Silent();
    }

    /// <summary>How long to wait before an unknown outcome is looked at again; system time.</summary>
    public TimeSpan NextAfter(int tries)
    {
        var delay = options.Value.FirstRecheck * Math.Pow(2, Math.Min(tries - 1, 16));
        return delay < options.Value.LongestRecheck ? delay : options.Value.LongestRecheck;
    }
}
