using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.Matching.Dispatch;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching.Features;

/// <summary>A driver says no. The request goes on to the next driver at once, and never comes back to this one.</summary>
static class DeclineOffer
{
    public sealed record Answer(Guid OfferId, OfferStatus Status);

    public static async Task<Results<Ok<Answer>, ProblemHttpResult>> Handle(
        Guid offerId, CurrentUser user, Transaction transaction, CityClock clock, Dispatcher dispatcher, MatchMetrics metrics, CancellationToken ct)
    {
        if (await transaction.LockOffered(offerId, user.Id, ct) is not { } request)
        {
            return MatchProblems.NoSuchOffer.ToHttp();
        }

        var offer = await transaction.OfferOf(offerId, ct);
        if (RideRequest.WhyNotDecline(offer) is { } refusal)
        {
            return refusal.ToHttp();
        }

        var now = clock.GetUtcNow();
        foreach (var ended in await transaction.End([offerId], OfferStatus.Declined, now, ct))
        {
            transaction.Publish(new OfferDeclined(offerId, request.RideRequestId, request.PassengerId, user.Id) { OccurredAt = now, Version = ended.Version });
        }

        transaction.OnCommitted(() => dispatcher.Wake(request.Zone));
        metrics.Ended(nameof(OfferDeclined));
        return TypedResults.Ok(new Answer(offerId, OfferStatus.Declined));
    }
}
