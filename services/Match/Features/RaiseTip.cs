using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.Matching.Dispatch;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching.Features;

/// <summary>
/// The passenger promises the driver more on top of the fare, to be found sooner. Drivers who are thinking hear of it; those who said no, or nothing, may be
/// asked again, for it is another offer.
/// </summary>
static class RaiseTip
{
    const string TakeTip = """
        update match.ride_requests
        set    tip_minor_units = @MinorUnits, tip_raises = tip_raises + 1, updated_at = @Now,
               version = version + 1 + (select count(*) from match.offers where ride_request_id = @RideRequestId and status = 'Open')
        where  ride_request_id = @RideRequestId;

        select offer_id, driver_id from match.offers where ride_request_id = @RideRequestId and status = 'Open' order by offer_id;
        """;

    /// <param name="Tip">All of it, in the currency of the fare; more than was promised before.</param>
    public sealed record Request(Money Tip);

    public static async Task<Results<Ok<RideRequestView>, ProblemHttpResult>> Handle(
        Guid rideRequestId, Request body, CurrentUser user, Transaction transaction, MatchingRules matching, CityClock clock, Dispatcher dispatcher,
        CancellationToken ct)
    {
        if (await transaction.LockOwn(rideRequestId, user.Id, ct) is not { } request)
        {
            return MatchProblems.NoSuchRequest.ToHttp();
        }

        var decision = request.RaiseTip(body.Tip, matching.Of(request.CityId).HighestTipPercent, clock.GetUtcNow());
        if (decision.Event is not { } raised)
        {
            return decision.Problem!.ToHttp();
        }

        transaction.Publish(raised);
        await TellThinkingDrivers(raised, transaction, ct);
        transaction.OnCommitted(() => dispatcher.Wake(request.Zone));
        return TypedResults.Ok(RideRequestView.Of(request) with { Tip = body.Tip });
    }

    static async Task TellThinkingDrivers(TipRaised raised, Transaction transaction, CancellationToken ct)
    {
        var parameters = new { raised.RideRequestId, raised.Tip.MinorUnits, Now = raised.OccurredAt };
        var version = raised.Version;
        foreach (var offer in await transaction.List<Thinking>(TakeTip, parameters, ct))
        {
            transaction.Publish(new OfferImproved(offer.OfferId, raised.RideRequestId, raised.PassengerId, offer.DriverId, raised.Tip)
            {
                OccurredAt = raised.OccurredAt,
                Version = ++version,
            });
        }
    }

    sealed record Thinking(Guid OfferId, Guid DriverId);
}
