using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>
/// The passenger who owes tries a card: the refused one again, or another. Also settles a cash ride whose driver has not confirmed.
/// The answer is 202: the outcome comes as an event, and shows in the payment.
/// </summary>
internal static class RetryPayment
{
    const string FindKind = """
        select kind from payment.payment_methods where id = @PaymentMethodId and passenger_id = @PassengerId and removed_at is null
        """;

    internal sealed record Request(Guid PaymentMethodId);

    internal sealed record Answer(Guid PaymentOrderId, Guid RideId, OrderStatus Status, int Attempt);

    public static async Task<Results<Accepted<Answer>, ProblemHttpResult>> Handle(
        Guid rideId, Request request, CurrentUser user, CityClock clock, Signal<ChargeDueAttempts> signal, Transaction tx, CancellationToken ct)
    {
        if (await tx.LockOrderOfRide(rideId, ct) is not { } order || order.PassengerId != user.Id)
        {
            return PaymentProblems.PaymentNotFound.ToHttp();
        }

        var kind = await tx.Find<string>(FindKind, new { request.PaymentMethodId, PassengerId = user.Id }, ct);
        if (Refuse(kind, order) is { } problem)
        {
            return problem.ToHttp();
        }

        var now = clock.GetUtcNow();
        var attempt = Attempt.Next(order, request.PaymentMethodId, PaymentMethodKind.Card);
        await tx.Schedule(attempt, TimeSpan.Zero, now, ct);
        await tx.Save(order.With(attempt), now, ct);
        tx.OnCommitted(signal.Wake);
        return TypedResults.Accepted($"/v1/rides/{rideId}/payment", new Answer(order.Id, rideId, order.Status, attempt.Ordinal));
    }

    static Problem? Refuse(string? kind, PaymentOrder order) => kind switch
    {
        null => PaymentProblems.MethodNotFound,
        nameof(PaymentMethodKind.Card) => order.RefusesAnotherCard(),
        _ => PaymentProblems.OnlyCards,
    };
}
