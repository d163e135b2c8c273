using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tumpang.ServiceDefaults;

namespace Tumpang.Sandbox.Features;

/// <param name="AmountMinorUnits">More than zero, in minor units of <paramref name="Currency"/>.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="CardToken">Decides what happens: docs/sandbox.md.</param>
/// <param name="Reference">The caller's name for it, 1 to 255 characters.</param>
sealed record ChargeRequest(long AmountMinorUnits = 0, string Currency = "", string CardToken = "", string Reference = "");

/// <summary>Takes money from a card, once per idempotency key, and answers as the card token asks.</summary>
static partial class CreateCharge
{
    const string InsertOnce = $"""
        insert into sandbox.charges
            (id, idempotency_key, request_hash, amount_minor_units, currency, card_token, reference, status, outcome, decline_code, decides_at, decided_at,
             disputes_at)
        values
            (@Id, @Key, @Hash, @AmountMinorUnits, @Currency, @CardToken, @Reference, @Status, @Outcome, @DeclineCode, now() + @Wait,
             case when @Status = 'Pending' then null else now() end, now() + @DisputesAfter::interval)
        on conflict (idempotency_key) do nothing
        returning {ChargeStore.Columns}
        """;

    public static async Task<Results<Ok<ChargeView>, ProblemHttpResult, EmptyHttpResult>> Handle(
        ChargeRequest request, IdempotencyKey? key, Database database, ChargeStore charges, Patience patience, IOptions<SandboxOptions> options, CancellationToken ct)
    {
        if (key is null) return SandboxProblems.KeyMissing.ToHttp();
        if (Validate(request) is { } problem) return problem.ToHttp();

        var behaviour = CardBehaviour.Of(request.CardToken);
        if (!behaviour.Happens) return SandboxProblems.Broken.ToHttp();

        if (await Insert(request, key, behaviour, database, charges, options.Value, ct) is not { } charge)
        {
            var first = await charges.FindUnder(key.Value, ct);
            return first!.RequestHash.AsSpan().SequenceEqual(IdempotencyKey.HashOf(request)) ? TypedResults.Ok(first.View()) : SandboxProblems.KeyReused.ToHttp();
        }

        return await patience.Allows(behaviour.Answer, options.Value.AnswerDelay, ct)
            ? behaviour.Answer is Answer.WithError ? SandboxProblems.Broken.ToHttp() : TypedResults.Ok(charge.View())
            : TypedResults.Empty;
    }

    static async Task<Charge?> Insert(
        ChargeRequest request, IdempotencyKey key, CardBehaviour behaviour, Database database, ChargeStore charges, SandboxOptions options, CancellationToken ct)
    {
        await using var tx = await database.Begin(ct);
        var charge = await tx.Find<Charge>(InsertOnce, new
        {
            Id = Guid.CreateVersion7(),
            Key = key.Value,
            Hash = IdempotencyKey.HashOf(request),
            request.AmountMinorUnits,
            request.Currency,
            request.CardToken,
            request.Reference,
            Status = behaviour.Pending ? ChargeStatus.Pending : behaviour.Outcome,
            behaviour.Outcome,
            behaviour.DeclineCode,
            Wait = behaviour.Pending ? options.PendingFor : TimeSpan.Zero,
            DisputesAfter = DisputeBehaviour.Of(request.CardToken) is null ? (TimeSpan?)null : options.DisputeFor,
        }, ct);
        if (charge is not null && !behaviour.Pending) await charges.AddNotices(tx, charge, options.PendingFor, ct);
        await tx.Commit(ct);
        return charge;
    }

    internal static Problem? Validate(ChargeRequest request) => request switch
    {
        { AmountMinorUnits: <= 0 } => Problem.Invalid("amountMinorUnits", "An amount is a whole number of minor units, more than zero."),
        _ when !Currency().IsMatch(request.Currency) => Problem.Invalid("currency", "A currency is an ISO 4217 code, for example USD."),
        { CardToken.Length: 0 or > 255 } => Problem.Invalid("cardToken", "A card token has 1 to 255 characters."),
        { Reference.Length: 0 or > 255 } => Problem.Invalid("reference", "A reference has 1 to 255 characters."),
        _ => null,
    };

    [GeneratedRegex("^[A-Z]{3}$", RegexOptions.None, matchTimeoutMilliseconds: 100)]
    private static partial Regex Currency();
}
