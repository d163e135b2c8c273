using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>
/// A passenger gives their driver something, once the ride is paid. The answer is 202: the provider decides, and what it took comes as an event. Once per ride,
/// by card, and all of it is the driver's. A tip that the card refused may be given again, and leaves no debt.
/// </summary>
internal static class TipDriver
{
    const string SettledAt = "select settled_at from payment.orders where id = @Id";

    const string FindCard = """
        select id, kind
        from   payment.payment_methods
        where  passenger_id = @PassengerId and removed_at is null and (id = @PaymentMethodId or (@PaymentMethodId is null and is_default))
        """;

    const string InsertUnlessTipped = """
        insert into payment.tips (id, order_id, ride_id, passenger_id, driver_id, payment_method_id, amount_minor_units, currency, status, due_at, created_at)
        values (@TipId, @OrderId, @RideId, @PassengerId, @DriverId, @PaymentMethodId, @AmountMinorUnits, @Currency, 'Due', now(), @Now)
        on conflict (ride_id) where status <> 'Failed' do nothing
        """;

    /// <param name="AmountMinorUnits">In the ride's currency.</param>
    /// <param name="PaymentMethodId">A card of the passenger's; absent: the default, when that is a card.</param>
    internal sealed record Request(long AmountMinorUnits, Guid? PaymentMethodId = null);

    public static async Task<Results<Accepted<TipView>, ProblemHttpResult>> Handle(
        Guid rideId, Request request, CurrentUser user, CityClock clock, IOptions<PaymentOptions> options, Signal<ChargeTips> signal, Transaction tx,
        CancellationToken ct)
    {
        if (await tx.LockOrderOfRide(rideId, ct) is not { } order || order.PassengerId != user.Id) return PaymentProblems.PaymentNotFound.ToHttp();

        var now = clock.GetUtcNow();
        if (await Refuse(request, order, now, options.Value, tx, ct) is { } refused) return refused.ToHttp();

        await tx.LockMethodsOf(user.Id, ct);
        var card = await tx.Find<Card>(FindCard, new { order.PassengerId, request.PaymentMethodId }, ct);
        if (card is not { Kind: PaymentMethodKind.Card })
        {
            return (card is null && request.PaymentMethodId is not null ? PaymentProblems.MethodNotFound : PaymentProblems.TipByCardOnly).ToHttp();
        }

        var row = new
        {
            TipId = Guid.CreateVersion7(),
            OrderId = order.Id,
            RideId = rideId,
            order.PassengerId,
            order.DriverId,
            PaymentMethodId = card.Id,
            request.AmountMinorUnits,
            order.Currency,
            Now = now,
        };
        if (await tx.Execute(InsertUnlessTipped, row, ct) == 0) return PaymentProblems.TippedAlready.ToHttp();

        tx.OnCommitted(signal.Wake);
        return TypedResults.Accepted(
            $"/v1/rides/{rideId}/payment/tip", new TipView(row.TipId, rideId, new(request.AmountMinorUnits, order.Currency), "Due", null, now, null));
    }

    static async Task<Problem?> Refuse(Request request, PaymentOrder order, DateTimeOffset now, PaymentOptions options, Transaction tx, CancellationToken ct)
    {
        var most = options.TipMaximum.GetValueOrDefault(order.Currency);
        if (request.AmountMinorUnits < 1 || request.AmountMinorUnits > most) return PaymentProblems.TipOutOfRange(most);
        if (order.Status is not OrderStatus.Settled) return PaymentProblems.NotPaidYet(order.Status);

        return now - await tx.Find<DateTimeOffset>(SettledAt, order, ct) > options.TipWithin ? PaymentProblems.TipTooLate : null;
    }

    sealed record Card(Guid Id, PaymentMethodKind Kind);
}

/// <summary>A tip: Due, Sent, Succeeded, Failed.</summary>
internal sealed record TipView(Guid TipId, Guid RideId, Money Amount, string Status, string? FailureCode, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt);
