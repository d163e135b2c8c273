using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Matching.Dispatch;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching.Features;

/// <summary>Tells an operator why each driver near a request was or was not offered it.</summary>
static class ExplainRequest
{
    const string FindRequest = """
        select r.status, r.requested_at, r.search_ends_at, e.rounds, e.last_round_at, e.radius_metres, e.drivers_with_offers, e.location_answered, e.drivers::text as drivers
        from   match.ride_requests r left join match.explanations e using (ride_request_id)
        where  r.ride_request_id = @RideRequestId
        """;

    const string ListOffers = """
        select driver_id, status, made_at, expires_at, pickup_distance_metres, answered_at, withdrawn_because
        from   match.offers where ride_request_id = @RideRequestId order by made_at, offer_id
        """;

    /// <param name="Rounds">How many rounds looked at the request; 0 when none did yet, or too long ago to be remembered.</param>
    /// <param name="Drivers">The last verdict on each driver who was met.</param>
    /// <param name="Offers">Every offer of the request, in order.</param>
    /// <param name="LastRoundAt">City time.</param>
    /// <param name="RadiusMetres">How far the last round searched: whoever is further away is out of reach and not listed.</param>
    /// <param name="DriversWithOffers">Drivers of the zone whom the last search left out, because they think about an offer.</param>
    /// <param name="LocationAnswered">False: the last search was never answered.</param>
    public sealed record Answer(
        Guid RideRequestId, RideRequestStatus Status, DateTimeOffset RequestedAt, DateTimeOffset SearchEndsAt, int Rounds,
        IReadOnlyDictionary<Guid, DriverVerdict> Drivers, IReadOnlyList<OfferRow> Offers, DateTimeOffset? LastRoundAt = null, int? RadiusMetres = null,
        int? DriversWithOffers = null, bool? LocationAnswered = null);

    /// <param name="WithdrawnBecause">Why it ended through no act of the driver.</param>
    public sealed record OfferRow(
        Guid DriverId, OfferStatus Status, DateTimeOffset MadeAt, DateTimeOffset ExpiresAt, int PickupDistanceMetres, DateTimeOffset? AnsweredAt = null,
        string? WithdrawnBecause = null);

    public static async Task<Results<Ok<Answer>, ProblemHttpResult>> Handle(Guid rideRequestId, Database database, CancellationToken ct)
    {
        if (await database.Find<Row>(FindRequest, new { RideRequestId = rideRequestId }, ct) is not { } row)
        {
            return MatchProblems.NoSuchRequest.ToHttp();
        }

        var offers = await database.List<OfferRow>(ListOffers, new { RideRequestId = rideRequestId }, ct);
        return TypedResults.Ok(new Answer(
            rideRequestId, row.Status, row.RequestedAt, row.SearchEndsAt, row.Rounds ?? 0, Drivers(row.Drivers), offers,
            row.LastRoundAt, row.RadiusMetres, row.DriversWithOffers, row.LocationAnswered));
    }

    static Dictionary<Guid, DriverVerdict> Drivers(string? stored) =>
        stored is null ? [] : JsonSerializer.Deserialize<Dictionary<Guid, DriverVerdict>>(stored, Json.Options)!;

    sealed record Row(
        RideRequestStatus Status, DateTimeOffset RequestedAt, DateTimeOffset SearchEndsAt, int? Rounds, DateTimeOffset? LastRoundAt, int? RadiusMetres,
        int? DriversWithOffers, bool? LocationAnswered, string? Drivers);
}
