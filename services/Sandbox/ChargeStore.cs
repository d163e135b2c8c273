using System.Text.Json;
using Microsoft.Extensions.Options;
using Tumpang.ServiceDefaults;

namespace Tumpang.Sandbox;

/// <summary>The SQL that several features share.</summary>
sealed class ChargeStore(Database database, IOptions<SandboxOptions> options)
{
    public const string Columns = """
        id, idempotency_key, request_hash, amount_minor_units, currency, card_token, reference, status, outcome, decline_code, refunded_minor_units,
        disputed_minor_units, created_at, decided_at, authorisation_id, code_key
        """;

    const string FindById = $"select {Columns} from sandbox.charges where id = @Id";
    const string FindByKey = $"select {Columns} from sandbox.charges where idempotency_key = @Key";

    const string InsertDelivery = """
        insert into sandbox.webhook_deliveries (id, webhook_id, charge_id, body, due_at)
        values (@Id, @WebhookId, @ChargeId, @Body, now() + @After)
        """;

    public Task<Charge?> Find(Guid chargeId, CancellationToken ct) => database.Find<Charge>(FindById, new { Id = chargeId }, ct);

    public Task<Charge?> FindUnder(string idempotencyKey, CancellationToken ct) => database.Find<Charge>(FindByKey, new { Key = idempotencyKey }, ct);

    /// <summary>Puts the webhooks that this charge's card asks for beside its decision, in the same transaction.</summary>
    public async Task AddNotices(Transaction tx, Charge charge, TimeSpan wait, CancellationToken ct)
    {
        var webhookId = Guid.CreateVersion7();
        var body = JsonSerializer.Serialize(charge.Notice(webhookId, charge.DecidedAt ?? charge.CreatedAt), Json.Options);
        await AddDeliveries(tx, charge.Behaviour, charge.Id, webhookId, body, wait, ct);
    }

    /// <summary>The same for a refund.</summary>
    public Task AddNotices(Transaction tx, Refund refund, TimeSpan wait, CancellationToken ct)
    {
        var webhookId = Guid.CreateVersion7();
        var body = JsonSerializer.Serialize(refund.Notice(webhookId, refund.DecidedAt ?? refund.CreatedAt), Json.Options);
        return AddDeliveries(tx, CardBehaviour.OfRefund(refund.CardToken), refund.ChargeId, webhookId, body, wait, ct);
    }

    /// <summary>The same for an authorisation.</summary>
    public Task AddNotices(Transaction tx, Authorisation authorisation, TimeSpan wait, CancellationToken ct)
    {
        var webhookId = Guid.CreateVersion7();
        var body = JsonSerializer.Serialize(authorisation.Notice(webhookId, authorisation.DecidedAt ?? authorisation.CreatedAt), Json.Options);
        return AddDeliveries(tx, CardBehaviour.OfAuthorisation(authorisation.CardToken), null, webhookId, body, wait, ct);
    }

    /// <summary>The same for a transfer, as its account's number asks.</summary>
    public Task AddNotices(Transaction tx, Transfer transfer, TimeSpan wait, CancellationToken ct)
    {
        var webhookId = Guid.CreateVersion7();
        var body = JsonSerializer.Serialize(transfer.Notice(webhookId, transfer.DecidedAt ?? transfer.CreatedAt), Json.Options);
        return AddDeliveries(tx, Transfer.BehaviourOf(transfer.AccountNumber), null, webhookId, body, wait, ct);
    }

    /// <summary>The same for a transfer that came back.</summary>
    public Task AddReturnNotices(Transaction tx, Transfer transfer, CancellationToken ct)
    {
        var webhookId = Guid.CreateVersion7();
        var body = JsonSerializer.Serialize(transfer.ReturnNotice(webhookId), Json.Options);
        var behaviour = new CardBehaviour(Notice: (ReturnBehaviour.Of(transfer.AccountNumber) ?? new()).Notice);
        return AddDeliveries(tx, behaviour, null, webhookId, body, TimeSpan.Zero, ct);
    }

    /// <summary>The same for a dispute, of its opening or its end.</summary>
    public Task AddNotices(Transaction tx, Dispute dispute, string status, TimeSpan wait, CancellationToken ct)
    {
        var notice = DisputeBehaviour.Of(dispute.CardToken)?.Notice ?? Notice.Once;
        if (notice is Notice.OfOpeningOnly)
        {
            notice = status is DisputeStatus.Open ? Notice.Once : Notice.None;
        }

        var webhookId = Guid.CreateVersion7();
        var body = JsonSerializer.Serialize(dispute.Notice(webhookId, status), Json.Options);
        return AddDeliveries(tx, new CardBehaviour(Notice: notice), dispute.ChargeId, webhookId, body, wait, ct);
    }

    async Task AddDeliveries(Transaction tx, CardBehaviour behaviour, Guid? chargeId, Guid webhookId, string body, TimeSpan wait, CancellationToken ct)
    {
        foreach (var after in behaviour.NoticesAfter(options.Value))
        {
            var row = new { Id = Guid.CreateVersion7(), WebhookId = webhookId, ChargeId = chargeId, Body = body, After = wait + after };
            await tx.Execute(InsertDelivery, row, ct);
        }
    }
}
