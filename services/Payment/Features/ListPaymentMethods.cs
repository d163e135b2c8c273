using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>The caller's payment methods, oldest first.</summary>
internal static class ListPaymentMethods
{
    const string OfPassenger = """
        select id as payment_method_id, kind, is_default, created_at, rest_method_id as rest_payment_method_id
        from   payment.payment_methods
        where  passenger_id = @PassengerId and removed_at is null
        order  by created_at, id
        limit  100
        """;

    internal sealed record Answer(IReadOnlyList<PaymentMethodView> PaymentMethods);

    public static async Task<Ok<Answer>> Handle(CurrentUser user, Database database, CancellationToken ct) =>
        TypedResults.Ok(new Answer(await database.List<PaymentMethodView>(OfPassenger, new { PassengerId = user.Id }, ct)));
}
