using Tumpang.ServiceDefaults;

namespace Tumpang.Sandbox;

/// <summary>Codes and their payments.</summary>
sealed class CodeStore(Database database, ChargeStore charges)
{
    const string CountPayment = $"update sandbox.codes set payments = payments + 1 where id = @CodeId returning {Code.Columns}";

    // The first payment is found under the code's own key, the others under keys behind it.
    const string InsertCharge = $"""
        insert into sandbox.charges
            (id, idempotency_key, request_hash, amount_minor_units, currency, card_token, reference, status, outcome, decided_at, code_key)
        values (@Id, @Key, @RequestHash, @AmountMinorUnits, @Currency, @CardToken, @Reference, 'Succeeded', 'Succeeded', now(), @CodeKey)
        returning {ChargeStore.Columns}
        """;

    public Task<Code?> Find(Guid codeId, CancellationToken ct) => database.Find<Code>(Code.FindById, new { Id = codeId }, ct);

    public async Task<CodeView?> ViewUnder(string idempotencyKey, CancellationToken ct) =>
        await database.Find<Code>(Code.FindByKey, new { Key = idempotencyKey }, ct) is { } code ? await View(code, ct) : null;

    public async Task<CodeView> View(Code code, CancellationToken ct) => code.View(await database.List<CodePaymentView>(Code.PaymentsOf, code, ct));

    /// <summary>The money has arrived, whatever became of the code meanwhile; the merchant is told.</summary>
    public async Task<Charge> Receive(Transaction tx, Guid codeId, PayersBank bank, CancellationToken ct)
    {
        var code = await tx.Find<Code>(CountPayment, new { CodeId = codeId }, ct) ?? throw new InvalidOperationException($"There is no code {codeId}.");
        var charge = await tx.Find<Charge>(InsertCharge, new
        {
            Id = Guid.CreateVersion7(),
            Key = code.Payments == 1 ? code.IdempotencyKey : $"{code.IdempotencyKey}:{code.Payments}",
            code.RequestHash,
            code.AmountMinorUnits,
            code.Currency,
            CardToken = CardBehaviour.TokenOf(bank),
            code.Reference,
            CodeKey = code.IdempotencyKey,
        }, ct);
        await charges.AddNotices(tx, charge!, TimeSpan.Zero, ct);
        return charge!;
    }
}
