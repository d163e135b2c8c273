using Microsoft.Extensions.Options;
using Tumpang.Payments.Provider;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>
/// Finds payouts that came back and of which no webhook told, by the provider's own list. One copy at a time asks, and no copy while no bank account is that
/// provider's.
/// </summary>
internal sealed partial class FindUntoldReturns(
    Database database, Webhooks webhooks, IReturnLists lists, TimeProvider system, IOptions<PaymentOptions> options, ILogger<FindUntoldReturns> logger)
    : ISweep
{
    /// <summary>As far back as Stripe lists, and longer than it repeats a webhook (three days).</summary>
    static readonly TimeSpan Back = TimeSpan.FromDays(30);

    const string Claim = """
        insert into payment.return_lists as it (provider, look_at)
        select @Name, now() + @Pause
        where  exists (select from payment.bank_accounts where provider = @Name and provider <> 'sandbox')
        on conflict (provider) do update set look_at = excluded.look_at where it.look_at <= now()
        returning provider
        """;

    const string Unheard = """
        select listed.id from unnest(@Ids) as listed (id)
        where  not exists (select from payment.webhooks heard where heard.provider = @Name and heard.event_id = listed.id)
        """;

    public TimeSpan Every => options.Value.DisputePoll;

    public async Task<bool> Sweep(CancellationToken ct)
    {
        if (await database.Find<string>(Claim, new { lists.Name, Pause = options.Value.DisputePoll / 2 }, ct) is null
            || await lists.ListSince(system.GetUtcNow() - Back, ct) is not { Count: > 0 } listed)
        {
            return false;
        }

        var ids = listed.Select(news => news.EventId).ToArray();
        var unheard = await database.List<string>(Unheard, new { Ids = ids, lists.Name }, ct);
        foreach (var news in listed.Where(news => unheard.Contains(news.EventId)))
        {
            if (news.Outcome is not ProviderAnswer.Returned)
            {
                PartCameBack(news.Id, news.EventId);
            }

            await webhooks.Take(news, ct);
        }

        return false;
    }

    [LoggerMessage(LogLevel.Critical, "Of payout {PayoutId} a part has come back, says event {EventId}; see to it by hand")]
    partial void PartCameBack(Guid payoutId, string eventId);
}
