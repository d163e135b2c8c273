using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Tumpang.Contracts;
using Tumpang.Matching.Dispatch;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching.Features;

/// <summary>
/// The passenger wants to go elsewhere or by other places, or has a better price: another quote for the same pickup takes the place of the first. Drivers
/// who think about the old one are told that it is withdrawn and may be asked again; the request keeps its age.
/// </summary>
static class ChangeDropOff
{
    const string TakeQuote = """
        update match.ride_requests
        set    drop_off = platform.point(@DropOffLatitude, @DropOffLongitude), stops = @Stops::jsonb, quote_id = @QuoteId,
               quoted_fare_minor_units = @FareMinorUnits,
               drop_off_changes = drop_off_changes + 1, updated_at = @Now, version = version + 1
        where  ride_request_id = @RideRequestId and not exists (select from match.ride_requests used where used.quote_id = @QuoteId)
        returning version
        """;

    /// <param name="QuoteToken">From POST /v1/quotes: for the same pickup, vehicle class and time as the request.</param>
    public sealed record Request(string QuoteToken);

    public static async Task<Results<Ok<RideRequestView>, ProblemHttpResult>> Handle(
        Guid rideRequestId, Request body, CurrentUser user, Transaction transaction, QuoteToken quotes, CityClock clock, Dispatcher dispatcher,
        CancellationToken ct)
    {
        if (await transaction.LockOwn(rideRequestId, user.Id, ct) is not { } request)
        {
            return MatchProblems.NoSuchRequest.ToHttp();
        }

        var now = clock.GetUtcNow();
        var quote = quotes.Read(body.QuoteToken);
        if ((RideRequestGuards.WhyNotUse(quote, user.Id, now) ?? request.WhyNotChangeTo(quote!)) is { } problem)
        {
            return problem.ToHttp();
        }

        await transaction.WithdrawAll(rideRequestId, WithdrawnBecause.DropOffChanged, now, ct);
        if (await Take(quote!, rideRequestId, transaction, now, ct) is not { } version)
        {
            return MatchProblems.QuoteUsed.ToHttp();
        }

        transaction.Publish(request.ChangedTo(quote!, body.QuoteToken, now, version));
        transaction.OnCommitted(() => dispatcher.Wake(request.Zone));
        return TypedResults.Ok(RideRequestView.Of(request) with
        {
            Status = request.Status is RideRequestStatus.Offered ? RideRequestStatus.Searching : request.Status,
            DropOff = quote!.DropOff,
            Stops = quote.Stops,
            Fare = quote.Fare,
            QuoteId = quote.QuoteId,
        });
    }

    /// <summary>The version of the change; null when the quote has bought another request, or does so in this instant.</summary>
    static async Task<long?> Take(Quote quote, Guid rideRequestId, Transaction transaction, DateTimeOffset now, CancellationToken ct)
    {
        try
        {
            return await transaction.Find<long?>(TakeQuote, Parameters(rideRequestId, quote, now), ct);
        }
        catch (PostgresException exception) when (exception.ConstraintName == "ride_requests_one_per_quote")
        {
            return null;
        }
    }

    static object Parameters(Guid rideRequestId, Quote quote, DateTimeOffset now) => new
    {
        RideRequestId = rideRequestId,
        DropOffLatitude = quote.DropOff.Latitude,
        DropOffLongitude = quote.DropOff.Longitude,
        Stops = StopsColumn.Write(quote.Stops),
        quote.QuoteId,
        FareMinorUnits = quote.Fare.MinorUnits,
        Now = now,
    };
}
