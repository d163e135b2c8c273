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
    const string LockMethods = """
        select id from payment.payment_methods where passenger_id = @PassengerId and removed_at is null order by id for update
        """;

    const string IsBeingCharged = """
        select exists (select from payment.attempts where payment_method_id = @PaymentMethodId and status in ('Due', 'Sent'))
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
        var mine = await tx.List<Guid>(LockMethods, new { PassengerId = user.Id }, ct);
        if (!mine.Contains(paymentMethodId))
        {
            return PaymentProblems.MethodNotFound.ToHttp();
        }

        if (await tx.Find<bool>(IsBeingCharged, new { PaymentMethodId = paymentMethodId }, ct))
        {
            return PaymentProblems.MethodInUse.ToHttp();
        }

        var now = clock.GetUtcNow();
        var version = await tx.Find<long>(MarkRemoved, new { PaymentMethodId = paymentMethodId, Now = now }, ct);
        await tx.Execute(PassOnDefault, new { PassengerId = user.Id }, ct);
        tx.Publish(new PaymentMethodRemoved(paymentMethodId, user.Id) { OccurredAt = now, Version = version });
        return TypedResults.NoContent();
    }
}
