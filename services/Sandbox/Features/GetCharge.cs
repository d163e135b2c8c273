using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Sandbox.Features;

/// <summary>What became of a charge: how a caller that got no answer finds out.</summary>
static class GetCharge
{
    public static async Task<Results<Ok<ChargeView>, ProblemHttpResult>> Handle(Guid chargeId, ChargeStore charges, CancellationToken ct) =>
        Found(await charges.Find(chargeId, ct));

    public static async Task<Results<Ok<ChargeView>, ProblemHttpResult>> HandleByKey(string? idempotencyKey, ChargeStore charges, CancellationToken ct) =>
        string.IsNullOrEmpty(idempotencyKey)
            ? Problem.Invalid("idempotencyKey", "Ask for the idempotency key of the charge.").ToHttp()
            : Found(await charges.FindUnder(idempotencyKey, ct));

    static Results<Ok<ChargeView>, ProblemHttpResult> Found(Charge? charge) =>
        charge is null ? SandboxProblems.NoSuchCharge.ToHttp() : TypedResults.Ok(charge.View());
}
