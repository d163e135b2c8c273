using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Quotes;

/// <summary>The request has another quote; no ride will use the one before.</summary>
internal sealed class OnDropOffChanged(RequestedQuotes quotes) : IEventHandler<DropOffChanged>
{
    public async Task Handle(DropOffChanged happened, Transaction transaction, CancellationToken ct)
    {
        await QuoteReleases.Release(happened.PreviousQuoteId, nameof(DropOffChanged), happened.OccurredAt, transaction, ct);
        await quotes.Store(
            happened.QuoteToken, (happened.QuoteId, happened.PassengerId, happened.CityId, happened.VehicleClass, happened.QuotedFare),
            happened.RideRequestId, transaction, ct);
    }
}
