using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tumpang.ServiceDefaults;

namespace Tumpang.Sandbox.Features;

/// <param name="AmountMinorUnits">More than zero and at most what was authorised; the rest goes back to the card.</param>
/// <param name="Reference">The caller's name for it, 1 to 255 characters.</param>
sealed record CaptureRequest(long AmountMinorUnits = 0, string Reference = "");

/// <summary>Takes what is held on a card, once per authorisation and idempotency key. A capture is a charge: it is looked up, refunded and told of as one.</summary>
static class CaptureAuthorisation
{
    const string TakeUp = """
        update sandbox.authorisations
        set    status = 'Captured', captured_minor_units = @AmountMinorUnits
        where  id = @AuthorisationId and status = 'Authorised' and expires_at > now() and amount_minor_units >= @AmountMinorUnits
        """;

    const string InsertOnce = $"""
        insert into sandbox.charges
            (id, idempotency_key, request_hash, amount_minor_units, currency, card_token, reference, status, outcome, decline_code, decides_at, decided_at,
             authorisation_id, disputes_at)
        select @Id, @Key, @Hash, @AmountMinorUnits, currency, card_token, @Reference, @Status, @Outcome, @DeclineCode, now() + @Wait,
               case when @Status = 'Pending' then null else now() end, id, now() + @DisputesAfter::interval
        from   sandbox.authorisations
        where  id = @AuthorisationId
        on conflict (idempotency_key) do nothing
        returning {ChargeStore.Columns}
        """;

    public static async Task<Results<Ok<ChargeView>, ProblemHttpResult, EmptyHttpResult>> Handle(
        Guid authorisationId, CaptureRequest request, IdempotencyKey? key, Database database, ChargeStore charges, Patience patience,
        IOptions<SandboxOptions> options, CancellationToken ct)
    {
        if (key is null) return SandboxProblems.KeyMissing.ToHttp();
        if (Validate(request) is { } problem) return problem.ToHttp();

        var hash = IdempotencyKey.HashOf(new { authorisationId, request.AmountMinorUnits, request.Reference });
        if (await charges.FindUnder(key.Value, ct) is { } known) return Repeated(known, hash);
        if (await database.Find<Authorisation>(Authorisation.FindById, new { Id = authorisationId }, ct) is not { } authorisation)
        {
            return SandboxProblems.NoSuchAuthorisation.ToHttp();
        }

        var behaviour = CardBehaviour.OfCapture(authorisation.CardToken);
        if (!behaviour.Happens) return SandboxProblems.Broken.ToHttp();
        if (await Insert(authorisation.Id, authorisation.CardToken, request, key, hash, behaviour, database, charges, options.Value, ct) is not { } charge)
        {
            return await charges.FindUnder(key.Value, ct) is { } twin ? Repeated(twin, hash) : await WhyNot(authorisationId, database, ct);
        }

        return await patience.Allows(behaviour.Answer, options.Value.AnswerDelay, ct)
            ? behaviour.Answer is Answer.WithError ? SandboxProblems.Broken.ToHttp() : TypedResults.Ok(charge.View())
            : TypedResults.Empty;
    }

    /// <summary>Null when a twin was first, or the authorisation cannot bear it.</summary>
    static async Task<Charge?> Insert(
        Guid authorisationId, string cardToken, CaptureRequest request, IdempotencyKey key, byte[] hash, CardBehaviour behaviour, Database database,
        ChargeStore charges, SandboxOptions options, CancellationToken ct)
    {
        var row = new
        {
            Id = Guid.CreateVersion7(),
            Key = key.Value,
            Hash = hash,
            AuthorisationId = authorisationId,
            request.AmountMinorUnits,
            request.Reference,
            Status = behaviour.Pending ? ChargeStatus.Pending : behaviour.Outcome,
            behaviour.Outcome,
            behaviour.DeclineCode,
            Wait = behaviour.Pending ? options.PendingFor : TimeSpan.Zero,
            DisputesAfter = DisputeBehaviour.Of(cardToken) is null ? (TimeSpan?)null : options.DisputeFor,
        };
        await using var tx = await database.Begin(ct);
        var takes = row.Status != ChargeStatus.Declined;
        if ((takes && await tx.Execute(TakeUp, row, ct) == 0) || await tx.Find<Charge>(InsertOnce, row, ct) is not { } charge)
        {
            return null;
        }

        if (!behaviour.Pending) await charges.AddNotices(tx, charge, options.PendingFor, ct);
        await tx.Commit(ct);
        return charge;
    }

    static Results<Ok<ChargeView>, ProblemHttpResult, EmptyHttpResult> Repeated(Charge charge, byte[] hash) =>
        charge.RequestHash.AsSpan().SequenceEqual(hash) ? TypedResults.Ok(charge.View()) : SandboxProblems.KeyReused.ToHttp();

    static async Task<ProblemHttpResult> WhyNot(Guid authorisationId, Database database, CancellationToken ct)
    {
        var now = await database.Find<Authorisation>(Authorisation.FindById, new { Id = authorisationId }, ct);
        return (now switch
        {
            { Expired: true } => SandboxProblems.AuthorisationExpired,
            { Status: Authorisation.Authorised } => SandboxProblems.CaptureTooLarge,
            _ => SandboxProblems.NotAuthorised(now!.Status.ToLowerInvariant()),
        }).ToHttp();
    }

    static Problem? Validate(CaptureRequest request) => request switch
    {
        { AmountMinorUnits: <= 0 } => Problem.Invalid("amountMinorUnits", "An amount is a whole number of minor units, more than zero."),
        { Reference.Length: 0 or > 255 } => Problem.Invalid("reference", "A reference has 1 to 255 characters."),
        _ => null,
    };
}
