using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>
/// A passenger pays into their wallet by card. The answer is 202: the provider decides, never the phone; what it took comes as an event and shows in the
/// wallet. One at a time, and no more in a day than the limit.
/// </summary>
internal static class TopUpWallet
{
    const string FindKind = """
        select kind from payment.payment_methods where id = @PaymentMethodId and passenger_id = @PassengerId and removed_at is null
        """;

    const string PaidInSince = """
        select coalesce(sum(amount_minor_units), 0)::bigint
        from   payment.top_ups
        where  passenger_id = @PassengerId and currency = @Currency and status <> 'Failed' and created_at > @Since
        """;

    const string InsertUnlessOneIsOpen = """
        insert into payment.top_ups (id, passenger_id, payment_method_id, amount_minor_units, currency, status, due_at, created_at)
        values (@Id, @PassengerId, @PaymentMethodId, @AmountMinorUnits, @Currency, 'Due', now(), @Now)
        on conflict (passenger_id) where status in ('Due', 'Sent') do nothing
        """;

    /// <param name="AmountMinorUnits">In minor units of <paramref name="Currency"/>.</param>
    /// <param name="PaymentMethodId">A card of the passenger's.</param>
    internal sealed record Request(long AmountMinorUnits, string Currency, Guid PaymentMethodId);

    public static async Task<Results<Accepted<TopUpView>, ProblemHttpResult>> Handle(
        Request request, CurrentUser user, CityClock clock, IOptions<PaymentOptions> options, Signal<ChargeTopUps> signal, Transaction tx, CancellationToken ct)
    {
        if (options.Value.RefusesTopUp(request.AmountMinorUnits, request.Currency) is { } problem)
        {
            return problem.ToHttp();
        }

        await tx.LockMethodsOf(user.Id, ct);
        var now = clock.GetUtcNow();
        var row = new { Id = Guid.CreateVersion7(), PassengerId = user.Id, request.PaymentMethodId, request.AmountMinorUnits, request.Currency, Now = now };
        if (await Refuse(request, user, now, options.Value, tx, ct) is { } refused)
        {
            return refused.ToHttp();
        }

        if (await tx.Execute(InsertUnlessOneIsOpen, row, ct) == 0)
        {
            return PaymentProblems.TopUpInProgress.ToHttp();
        }

        tx.OnCommitted(signal.Wake);
        return TypedResults.Accepted(
            $"/v1/wallet/top-ups/{row.Id}", new TopUpView(row.Id, new(request.AmountMinorUnits, request.Currency), "Due", null, now, null));
    }

    static async Task<Problem?> Refuse(Request request, CurrentUser user, DateTimeOffset now, PaymentOptions options, Transaction tx, CancellationToken ct)
    {
        var kind = await tx.Find<string>(FindKind, new { request.PaymentMethodId, PassengerId = user.Id }, ct);
        if (kind is not nameof(PaymentMethodKind.Card))
        {
            return kind is null ? PaymentProblems.MethodNotFound : PaymentProblems.TopUpByCardOnly;
        }

        var paidIn = await tx.Find<long>(PaidInSince, new { PassengerId = user.Id, request.Currency, Since = now - TimeSpan.FromDays(1) }, ct);
        return paidIn + request.AmountMinorUnits > options.TopUpsPerDay.GetValueOrDefault(request.Currency) ? PaymentProblems.TopUpsOfADay : null;
    }
}

/// <summary>One payment into a wallet: Due, Sent, Succeeded, Failed.</summary>
internal sealed record TopUpView(Guid TopUpId, Money Amount, string Status, string? FailureCode, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt);
