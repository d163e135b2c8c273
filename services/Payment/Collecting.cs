using Tumpang.Contracts;
using Tumpang.Payments.Features;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments;

/// <summary>
/// Begins to collect what is left of an order: from what is held on the card as far as it goes, or else by a charge. Nothing is sent here, because a
/// provider's pace has no place inside a database transaction; the worker takes the attempt up after the commit.
/// </summary>
internal sealed class Collecting(CityClock clock, Signal<ChargeDueAttempts> signal)
{
    const string MarkCapturing = "update payment.authorisations set status = 'Capturing' where id = @Id and status = 'Authorised'";

    const string FindRestCard = """
        select card.id
        from   payment.payment_methods wallet
        join   payment.payment_methods card on card.id = wallet.rest_method_id
        where  wallet.passenger_id = @PassengerId and wallet.kind = 'Wallet' and wallet.removed_at is null and card.removed_at is null
        """;

    /// <summary>The first try at a fare; the ride's lock is held. While nobody knows whether money is held for it, it waits: that outcome comes back here.</summary>
    public async Task Begin(Transaction tx, PaymentOrder order, CancellationToken ct)
    {
        var held = await tx.LockAuthorisationOfRide(order.RideId, ct);
        if (held?.Status is AuthorisationStatus.Sent)
        {
            return;
        }

        await (held?.Bears(order) == true ? Capture(tx, order, held, ct) : Charge(tx, order, TimeSpan.Zero, ct));
    }

    /// <summary>Charges what is left, after <paramref name="wait"/> of city time.</summary>
    public Task Charge(Transaction tx, PaymentOrder order, TimeSpan wait, CancellationToken ct) =>
        Schedule(tx, order, Attempt.Next(order, order.PaymentMethodId, order.Kind), wait, ct);

    /// <summary>Collects what is left by that card or wallet.</summary>
    public Task By(Transaction tx, PaymentOrder order, Guid paymentMethodId, PaymentMethodKind kind, CancellationToken ct)
    {
        var chosen = order with { PaymentMethodId = paymentMethodId, Kind = kind };
        return kind is PaymentMethodKind.Wallet ? FromWallet(tx, chosen, ct) : Charge(tx, chosen, TimeSpan.Zero, ct);
    }

    /// <summary>Asks billing, which keeps the wallet, to take what is left from it: all of it, or as much as there is where a card pays the rest.</summary>
    public async Task FromWallet(Transaction tx, PaymentOrder order, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var attempt = Attempt.Next(order, order.PaymentMethodId, PaymentMethodKind.Wallet);
        await tx.RecordAsked(attempt, now, ct);
        await tx.Save(order.With(attempt), now, ct);
        var partAllowed = await RestCardOf(tx, order, ct) is not null;
        tx.Publish(new WalletChargeDue(attempt.Id, order.Id, order.RideId, order.PassengerId, order.DriverId, attempt.Amount, partAllowed)
        {
            OccurredAt = now,
            Version = order.Version,
        });
    }

    /// <summary>The card that pays what the passenger's wallet does not hold; null when they have not set one.</summary>
    public static Task<Guid?> RestCardOf(Transaction tx, PaymentOrder order, CancellationToken ct) => tx.Find<Guid?>(FindRestCard, new { order.PassengerId }, ct);

    async Task Capture(Transaction tx, PaymentOrder order, Authorisation held, CancellationToken ct)
    {
        await tx.Execute(MarkCapturing, new { held.Id }, ct);
        await Schedule(tx, order, Attempt.Capture(order, held), TimeSpan.Zero, ct);
    }

    async Task Schedule(Transaction tx, PaymentOrder order, Attempt attempt, TimeSpan wait, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await tx.Schedule(attempt, clock.ToSystem(wait), now, ct);
        await tx.Save(order.With(attempt), now, ct);
        tx.OnCommitted(signal.Wake);
    }
}
