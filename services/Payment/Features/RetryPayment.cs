using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.Payments.Provider;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>
/// The passenger who owes tries a card, the refused one again or another, their wallet, or a code. Also settles a cash ride whose driver has not confirmed,
/// and takes the place of a code that nobody has paid yet.
/// The answer is 202: the outcome comes as an event, and shows in the payment.
/// </summary>
internal static class RetryPayment
{
    const string Replaced = "code-replaced";

    const string FindMethod = """
        select kind, provider from payment.payment_methods where id = @PaymentMethodId and passenger_id = @PassengerId and removed_at is null
        """;

    internal sealed record Request(Guid PaymentMethodId);

    internal sealed record Answer(Guid PaymentOrderId, Guid RideId, OrderStatus Status, int Attempt);

    public static async Task<Results<Accepted<Answer>, ProblemHttpResult>> Handle(
        Guid rideId, Request request, CurrentUser user, Collecting collecting, Codes codes, PaymentProviders providers, Transaction tx, CancellationToken ct)
    {
        if (await tx.LockOrderOfRide(rideId, ct) is not { } order || order.PassengerId != user.Id)
        {
            return PaymentProblems.PaymentNotFound.ToHttp();
        }

        var method = await tx.Find<Method>(FindMethod, new { request.PaymentMethodId, PassengerId = user.Id }, ct);
        if (Refuse(method, order, providers) is { } problem)
        {
            return problem.ToHttp();
        }

        if (order.HasOpenCode) order = await codes.Withdraw(tx, order, Replaced, ct);
        await collecting.By(tx, order, request.PaymentMethodId, method!.Kind, ct);
        return TypedResults.Accepted($"/v1/rides/{rideId}/payment", new Answer(order.Id, rideId, order.Status, order.AttemptsMade + 1));
    }

    static Problem? Refuse(Method? method, PaymentOrder order, PaymentProviders providers) => method switch
    {
        null => PaymentProblems.MethodNotFound,
        { Kind: PaymentMethodKind.Cash } => PaymentProblems.OnlyCards,
        { Kind: PaymentMethodKind.Qr } when providers.CodesOf(method.Provider) is null => PaymentProblems.CodesNotOffered,
        _ => order.RefusesAnotherCard(),
    };

    sealed record Method(PaymentMethodKind Kind, string Provider);
}
