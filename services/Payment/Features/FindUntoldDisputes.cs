using Microsoft.Extensions.Options;
using Tumpang.Payments.Provider;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>
/// Finds disputes of whose opening no webhook told, by the provider's own list; how they go on is asked one by one. One copy at a time asks, and no copy
/// while no card is that provider's.
/// </summary>
internal sealed partial class FindUntoldDisputes(
    Database database, Disputes disputes, IDisputeLists lists, TimeProvider system, IOptions<PaymentOptions> options, ILogger<FindUntoldDisputes> logger)
    : ISweep
{
    /// <summary>Longer than Stripe repeats a webhook (three days), and than money usually waits to be withdrawn.</summary>
    static readonly TimeSpan Back = TimeSpan.FromDays(30);

    const string Claim = """
        insert into payment.dispute_lists as it (provider, look_at)
        select @Name, now() + @Pause
        where  exists (select from payment.payment_methods where provider = @Name and provider not in ('sandbox', 'driver'))
        on conflict (provider) do update set look_at = excluded.look_at where it.look_at <= now()
        returning provider
        """;

    const string Unknown = """
        select listed.id from unnest(@Ids) as listed (id)
        where  not exists (select from payment.disputes dispute where dispute.provider = @Name and dispute.provider_dispute_id = listed.id)
        """;

    public TimeSpan Every => options.Value.DisputePoll;

    public async Task<bool> Sweep(CancellationToken ct)
    {
        if (await database.Find<string>(Claim, new { lists.Name, Pause = options.Value.DisputePoll / 2 }, ct) is null
            || await lists.ListOpenedSince(system.GetUtcNow() - Back, ct) is not { Count: > 0 } listed)
        {
            return false;
        }

        var ids = listed.Select(told => told.ProviderDisputeId).ToArray();
        var unknown = await database.List<string>(Unknown, new { Ids = ids, lists.Name }, ct);
        foreach (var told in listed.Where(told => unknown.Contains(told.ProviderDisputeId)))
        {
            await Record(told, ct);
        }

        return false;
    }

    async Task Record(DisputeTold told, CancellationToken ct)
    {
        try
        {
            await using var tx = await database.Begin(ct);
            if (await disputes.Record(tx, told, ct)) await tx.Commit(ct);
        }
        catch (TimeoutException early)
        {
            // The others are not to wait for it.
            Early(early);
        }
    }

    [LoggerMessage(LogLevel.Information, "A dispute is recorded at the next look")]
    partial void Early(Exception exception);
}
