using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tumpang.ServiceDefaults;

namespace Tumpang.Sandbox.Features;

/// <summary>Lets go of what is held on a card, uncaptured. Done again, it changes nothing and is answered in the same way.</summary>
static class VoidAuthorisation
{
    const string LetGo = """
        update sandbox.authorisations set status = 'Voided' where id = @Id and status = 'Authorised'
        """;

    public static async Task<Results<Ok<AuthorisationView>, ProblemHttpResult, EmptyHttpResult>> Handle(
        Guid authorisationId, IdempotencyKey? key, Database database, Patience patience, IOptions<SandboxOptions> options, CancellationToken ct)
    {
        if (key is null) return SandboxProblems.KeyMissing.ToHttp();

        var letGo = await database.Execute(LetGo, new { Id = authorisationId }, ct) == 1;
        if (await database.Find<Authorisation>(Authorisation.FindById, new { Id = authorisationId }, ct) is not { } authorisation)
        {
            return SandboxProblems.NoSuchAuthorisation.ToHttp();
        }

        if (authorisation.Status is not Authorisation.Voided) return SandboxProblems.NotAuthorised(authorisation.Status.ToLowerInvariant()).ToHttp();

        // Only the first caller is treated as the card asks: who comes again is told what became of it.
        var behaviour = letGo ? CardBehaviour.OfVoid(authorisation.CardToken) : new CardBehaviour();
        return await patience.Allows(behaviour.Answer, options.Value.AnswerDelay, ct)
            ? behaviour.Answer is Answer.WithError ? SandboxProblems.Broken.ToHttp() : TypedResults.Ok(authorisation.View())
            : TypedResults.Empty;
    }
}
