using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tumpang.ServiceDefaults;

namespace Tumpang.Sandbox.Features;

/// <summary>Holds money on a card, once per idempotency key, and answers as the card token asks. It is asked for like a charge.</summary>
static class CreateAuthorisation
{
    const string InsertOnce = $"""
        insert into sandbox.authorisations
            (id, idempotency_key, request_hash, amount_minor_units, currency, card_token, reference, status, outcome, decline_code, decides_at, decided_at,
             expires_at)
        values
            (@Id, @Key, @Hash, @AmountMinorUnits, @Currency, @CardToken, @Reference, @Status, @Outcome, @DeclineCode, now() + @Wait,
             case when @Status = 'Pending' then null else now() end, now() + @Lasts)
        on conflict (idempotency_key) do nothing
        returning {Authorisation.Columns}
        """;

    public static async Task<Results<Ok<AuthorisationView>, ProblemHttpResult, EmptyHttpResult>> Handle(
        ChargeRequest request, IdempotencyKey? key, Database database, ChargeStore notices, Patience patience, IOptions<SandboxOptions> options, CancellationToken ct)
    {
        if (key is null) return SandboxProblems.KeyMissing.ToHttp();
        if (CreateCharge.Validate(request) is { } problem) return problem.ToHttp();

        var behaviour = CardBehaviour.OfAuthorisation(request.CardToken);
        if (!behaviour.Happens) return SandboxProblems.Broken.ToHttp();

        if (await Insert(request, key, behaviour, database, notices, options.Value, ct) is not { } authorisation)
        {
            var first = await database.Find<Authorisation>(Authorisation.FindByKey, new { Key = key.Value }, ct);
            return first!.RequestHash.AsSpan().SequenceEqual(IdempotencyKey.HashOf(request)) ? TypedResults.Ok(first.View()) : SandboxProblems.KeyReused.ToHttp();
        }

        return await patience.Allows(behaviour.Answer, options.Value.AnswerDelay, ct)
            ? behaviour.Answer is Answer.WithError ? SandboxProblems.Broken.ToHttp() : TypedResults.Ok(authorisation.View())
            : TypedResults.Empty;
    }

    static async Task<Authorisation?> Insert(
        ChargeRequest request, IdempotencyKey key, CardBehaviour behaviour, Database database, ChargeStore notices, SandboxOptions options, CancellationToken ct)
    {
        await using var tx = await database.Begin(ct);
        var outcome = behaviour.DeclineCode is null ? Authorisation.Authorised : ChargeStatus.Declined;
        var authorisation = await tx.Find<Authorisation>(InsertOnce, new
        {
            Id = Guid.CreateVersion7(),
            Key = key.Value,
            Hash = IdempotencyKey.HashOf(request),
            request.AmountMinorUnits,
            request.Currency,
            request.CardToken,
            request.Reference,
            Status = behaviour.Pending ? ChargeStatus.Pending : outcome,
            Outcome = outcome,
            behaviour.DeclineCode,
            Wait = behaviour.Pending ? options.PendingFor : TimeSpan.Zero,
            Lasts = CardBehaviour.ExpiresAtOnce(request.CardToken) ? TimeSpan.Zero : options.AuthorisationsLast,
        }, ct);
        if (authorisation is not null && !behaviour.Pending) await notices.AddNotices(tx, authorisation, options.PendingFor, ct);
        await tx.Commit(ct);
        return authorisation;
    }
}
