using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>
/// An operator gives an open order up: writes it off, or voids it. At once up to a limit, beyond it when a second operator has approved; what was taken off
/// the fare before counts, and of a void the whole fare. Not while a card is being charged for it.
/// </summary>
internal static class CloseOrder
{
    /// <param name="Reason">Why, 1 to 500 characters; for operators and auditors only.</param>
    internal sealed record Request(ClosureKind Kind, string Reason = "");

    public static async Task<Results<Created<ClosureView>, ProblemHttpResult>> Handle(
        Guid rideId, Request request, CurrentUser user, CityClock clock, IOptions<PaymentOptions> options, Transaction tx, CancellationToken ct)
    {
        if (Refuse(request) is { } invalid) return invalid.ToHttp();
        if (await tx.LockOrderOfRide(rideId, ct) is not { } order) return PaymentProblems.PaymentNotFound.ToHttp();
        if (order.RefusesClosing(request.Kind) is { } problem) return problem.ToHttp();

        var now = clock.GetUtcNow();
        var needsSecond = await tx.GivenUpBy(order, request.Kind, ct) > options.Value.SecondOperatorAbove.GetValueOrDefault(order.Currency);
        var closure = new Closure(Guid.CreateVersion7(), request.Kind, request.Reason.Trim(), ClosureStatus.Proposed, user.Id, needsSecond);
        if (!await tx.Propose(closure, order, now, ct)) return PaymentProblems.ClosureProposed.ToHttp();

        var view = needsSecond ? ClosureView.Of(order, closure) : await tx.Close(order, closure, user.Id, now, ct);
        return TypedResults.Created($"/v1/ops/rides/{rideId}/payment", view);
    }

    static Problem? Refuse(Request request) =>
        !Enum.IsDefined(request.Kind) ? Problem.Invalid("kind", "An order is closed by WriteOff or Void.")
        : string.IsNullOrWhiteSpace(request.Reason) || request.Reason.Length > 500 ? PaymentProblems.ReasonInvalid
        : null;
}
