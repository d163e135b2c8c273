using Tumpang.ServiceDefaults;

namespace Tumpang.Sandbox.Features;

/// <summary>
/// Sends what is due. A claim is a lease that outlives an attempt, so that a copy that dies in the middle only delays the webhook:
/// at least once, as every provider promises.
/// </summary>
sealed class DeliverWebhooks(Database database, WebhookSender sender) : ISweep
{
    const int BatchSize = 20;
    const int MaxAttempts = 20;
    const double LongestPauseSeconds = 60;

    const string Claim = """
        update sandbox.webhook_deliveries
        set    attempts = attempts + 1, due_at = now() + interval '20 seconds'
        where  id in (
            select id from sandbox.webhook_deliveries
            where  delivered_at is null and given_up_at is null and due_at <= now()
            order  by due_at limit 20 for update skip locked)
        returning id, body, attempts
        """;

    const string MarkDelivered = "update sandbox.webhook_deliveries set delivered_at = now() where id = @Id";

    const string TryLater = """
        update sandbox.webhook_deliveries
        set    due_at = now() + @Pause, given_up_at = case when @GiveUp then now() end
        where  id = @Id and delivered_at is null
        """;

    public TimeSpan Every => TimeSpan.FromMilliseconds(250);

    public async Task<bool> Sweep(CancellationToken ct)
    {
        var due = await database.List<Delivery>(Claim, null, ct);
        await Task.WhenAll(due.Select(delivery => Deliver(delivery, ct)));
        return due.Count == BatchSize;
    }

    async Task Deliver(Delivery delivery, CancellationToken ct)
    {
        if (await sender.Send(delivery.Body, ct))
        {
            await database.Execute(MarkDelivered, new { delivery.Id }, ct);
            return;
        }

        var pause = TimeSpan.FromSeconds(Math.Min(LongestPauseSeconds, Math.Pow(2, delivery.Attempts - 1)));
        await database.Execute(TryLater, new { delivery.Id, Pause = pause, GiveUp = delivery.Attempts >= MaxAttempts }, ct);
    }

    sealed record Delivery(Guid Id, string Body, int Attempts);
}
