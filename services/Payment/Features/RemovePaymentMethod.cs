using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>
/// The passenger takes a method away and its token is erased. Not while it is being charged; a ride that ends later with this
/// choice is then owed. The newest of the others becomes the default.
/// </summary>
internal static class RemovePaymentMethod
{
    const string FindInUse = """
        select exists (select from payment.attempts where payment_method_id = @PaymentMethodId and status in ('Due', 'Sent'))
            or exists (select from payment.top_ups  where payment_method_id = @PaymentMethodId and status in ('Due', 'Sent'))
            or exists (select from payment.tips     where payment_method_id = @PaymentMethodId and status in ('Due', 'Sent'))
        from   payment.payment_methods
        where  id = @PaymentMethodId and passenger_id = @PassengerId and removed_at is null
        """;

    const string MarkRemoved = """
        update payment.payment_methods
        set    removed_at = @Now, card_token = null, is_default = false, version = version + 1
        where  id = @PaymentMethodId
        returning version
        """;

    const string PassOnDefault = """
        update payment.payment_methods
        set    is_default = true
        where  id = (select id from payment.payment_methods where passenger_id = @PassengerId and removed_at is null order by created_at desc, id desc limit 1)
        and    not exists (select from payment.payment_methods where passenger_id = @PassengerId and is_default)
        """;

    public static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        Guid paymentMethodId, CurrentUser user, CityClock clock, Transaction tx, CancellationToken ct)
    {
        await tx.LockMethodsOf(user.Id, ct);
        switch (await tx.Find<bool?>(FindInUse, new { PaymentMethodId = paymentMethodId, PassengerId = user.Id }, ct))
        {
            case null:
                return PaymentProblems.MethodNotFound.ToHttp();
            case true:
                return PaymentProblems.MethodInUse.ToHttp();
        }

        var now = clock.GetUtcNow();
        var version = await tx.Find<long>(MarkRemoved, new { PaymentMethodId = paymentMethodId, Now = now }, ct);
        await tx.Execute(PassOnDefault, new { PassengerId = user.Id }, ct);
        tx.Publish(new PaymentMethodRemoved(paymentMethodId, user.Id) { OccurredAt = now, Version = version });
        return TypedResults.NoContent();
    }
}
