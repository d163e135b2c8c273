using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>What is held on the card for a ride, for its passenger.</summary>
internal static class GetAuthorisation
{
    const string OfRide = """
        select id as authorisation_id, ride_id, status, amount_minor_units, currency, decline_code, expires_at, created_at
        from   payment.authorisations
        where  ride_id = @RideId and passenger_id = @PassengerId
        """;

    public static async Task<Results<Ok<AuthorisationView>, ProblemHttpResult>> Handle(Guid rideId, CurrentUser user, Database database, CancellationToken ct) =>
        await database.Find<Row>(OfRide, new { RideId = rideId, PassengerId = user.Id }, ct) is { } row
            ? TypedResults.Ok(row.View())
            : PaymentProblems.AuthorisationNotFound.ToHttp();

    sealed record Row(
        Guid AuthorisationId, Guid RideId, AuthorisationStatus Status, long AmountMinorUnits, string Currency, string? DeclineCode, DateTimeOffset? ExpiresAt,
        DateTimeOffset CreatedAt)
    {
        public AuthorisationView View() => new(AuthorisationId, RideId, Status, new(AmountMinorUnits, Currency), DeclineCode, ExpiresAt, CreatedAt);
    }
}

/// <summary>Money held on a card for a ride.</summary>
/// <param name="DeclineCode">Why it is not held; the ride is charged at its end.</param>
/// <param name="ExpiresAt">Until when the provider holds it; system time.</param>
internal sealed record AuthorisationView(
    Guid AuthorisationId, Guid RideId, AuthorisationStatus Status, Money Amount, string? DeclineCode, DateTimeOffset? ExpiresAt, DateTimeOffset CreatedAt);
