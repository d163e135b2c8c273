using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.Payments.Provider;

namespace Tumpang.Payments;

/// <summary>An attempt that a worker holds.</summary>
/// <param name="Sends">How often a worker took it up, this time included.</param>
/// <param name="CardToken">Sealed; null when the method is gone, or is not the passenger's.</param>
internal sealed record ClaimedAttempt(Guid Id, Guid PaymentMethodId, long AmountMinorUnits, string Currency, int Sends, byte[]? CardToken);

/// <summary>Finds out what becomes of an attempt. Whatever may have been sent before is asked about before it is sent again.</summary>
internal sealed class ChargeInquiry(IPaymentProvider provider, CardTokens tokens, IOptions<PaymentOptions> options)
{
    public async Task<ChargeAnswer> Ask(ClaimedAttempt attempt, CancellationToken ct)
    {
        if (attempt.Sends > 1)
        {
            var known = await provider.Find(attempt.Id, ct);
            if (known is not ChargeAnswer.Absent)
            {
                return known;
            }

            if (attempt.Sends > options.Value.SendsBeforeGivingUp)
            {
                return new ChargeAnswer.Declined(null, Decline.ProviderFault);
            }
        }

        return attempt.CardToken is { } box
            ? await provider.Charge(new(attempt.Id, new Money(attempt.AmountMinorUnits, attempt.Currency), tokens.Open(box, attempt.PaymentMethodId)), ct)
            : new ChargeAnswer.Declined(null, Decline.MethodRemoved);
    }

    /// <summary>How long to wait before an unknown outcome is looked at again; system time.</summary>
    public TimeSpan NextAfter(int sends)
    {
        var delay = options.Value.FirstRecheck * Math.Pow(2, Math.Min(sends - 1, 16));
        return delay < options.Value.LongestRecheck ? delay : options.Value.LongestRecheck;
    }
}
