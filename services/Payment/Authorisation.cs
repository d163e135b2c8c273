using System.Text.Json.Serialization;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments;

/// <summary>
/// The life of money held on a card for a ride:
/// <code>
/// Due ──→ Sent ──→ Authorised ──→ Capturing ──→ Captured
///   │       │          ├──────────────┴───────→ Releasing ──→ Released
///   └───────┴→ Declined└→ Expired
/// </code>
/// What was never sent is Released at once.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<AuthorisationStatus>))]
internal enum AuthorisationStatus { Due, Sent, Authorised, Declined, Capturing, Captured, Releasing, Released, Expired }

/// <summary>Money held on a card for a ride.</summary>
/// <param name="Id">Also the provider's idempotency key.</param>
/// <param name="Expired">The provider holds it no more, or will not by the time that it is asked; system time.</param>
internal sealed record Authorisation(
    Guid Id, Guid RideId, Guid PassengerId, Guid DriverId, Guid PaymentMethodId, long AmountMinorUnits, string Currency, AuthorisationStatus Status,
    bool Expired)
{
    public Money Amount => new(AmountMinorUnits, Currency);

    /// <summary>Whether an order of this ride can be collected from it.</summary>
    public bool Bears(PaymentOrder order) =>
        this is { Status: AuthorisationStatus.Authorised, Expired: false } && PaymentMethodId == order.PaymentMethodId && Currency == order.Currency;

    /// <summary>What is held for a ride: what it was quoted, and a margin for the way that it may take, in amounts that people pay.</summary>
    /// <param name="marginBasisPoints">10 000 = as much again.</param>
    public static Money AmountFor(Money quoted, Money? tip, int marginBasisPoints)
    {
        var smallest = Currencies.SmallestAmount(quoted.Currency);
        var withMargin = quoted.MinorUnits + (tip?.MinorUnits ?? 0) + (quoted.MinorUnits * marginBasisPoints / 10_000);
        return new((withMargin + smallest - 1) / smallest * smallest, quoted.Currency);
    }
}

/// <summary>The SQL of authorisations that several features share. Whoever decides about one holds its ride's lock.</summary>
internal static class AuthorisationStore
{
    const string Columns = """
        id, ride_id, passenger_id, driver_id, payment_method_id, amount_minor_units, currency, status,
        coalesce(expires_at <= now() + interval '10 seconds', false) as expired
        """;

    const string LockByRide = $"select {Columns} from payment.authorisations where ride_id = @RideId for update";

    const string RideOf = "select ride_id from payment.authorisations where id = @Id";

    public static Task<Authorisation?> LockAuthorisationOfRide(this Transaction tx, Guid rideId, CancellationToken ct) =>
        tx.Find<Authorisation>(LockByRide, new { RideId = rideId }, ct);

    /// <summary>Takes the lock of its ride, as everybody does who decides about the ride's money, and then its own; null when there is no such authorisation.</summary>
    public static async Task<Authorisation?> LockAuthorisation(this Transaction tx, Guid authorisationId, CancellationToken ct)
    {
        if (await tx.Find<Guid?>(RideOf, new { Id = authorisationId }, ct) is not { } rideId)
        {
            return null;
        }

        await tx.LockRideOfFare(rideId, ct);
        return await tx.LockAuthorisationOfRide(rideId, ct);
    }
}
