using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>The method that the app proposes first; exactly one while there is any.</summary>
internal static class MakeDefaultPaymentMethod
{
    const string Unset = "update payment.payment_methods set is_default = false where passenger_id = @PassengerId and is_default";

    const string Set = """
        update payment.payment_methods
        set    is_default = true
        where  id = @PaymentMethodId and passenger_id = @PassengerId and removed_at is null
        returning id as payment_method_id, kind, is_default, created_at, rest_method_id as rest_payment_method_id
        """;

    public static async Task<Results<Ok<PaymentMethodView>, ProblemHttpResult>> Handle(
        Guid paymentMethodId, CurrentUser user, Transaction tx, CancellationToken ct)
    {
        await tx.LockMethodsOf(user.Id, ct);
        await tx.Execute(Unset, new { PassengerId = user.Id }, ct);
        return await tx.Find<PaymentMethodView>(Set, new { PaymentMethodId = paymentMethodId, PassengerId = user.Id }, ct) is { } method
            ? TypedResults.Ok(method)
            : PaymentProblems.MethodNotFound.ToHttp();
    }
}
