using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Quotes;

/// <summary>Keeps the quote that a ride was requested under.</summary>
internal sealed class OnRideRequested(RequestedQuotes quotes) : IEventHandler<RideRequested>
{
    public Task Handle(RideRequested happened, Transaction transaction, CancellationToken ct) => quotes.Store(
        happened.QuoteToken, (happened.QuoteId, happened.PassengerId, happened.CityId, happened.VehicleClass, happened.QuotedFare), happened.RideRequestId, transaction, ct);
}
