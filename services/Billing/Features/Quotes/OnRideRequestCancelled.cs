using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Quotes;

/// <summary>The passenger gave up before there was a driver: the quote is free again and nothing is owed.</summary>
internal sealed class OnRideRequestCancelled : IEventHandler<RideRequestCancelled>
{
    public Task Handle(RideRequestCancelled happened, Transaction transaction, CancellationToken ct) =>
        QuoteReleases.Release(happened.QuoteId, "RequestCancelled", happened.OccurredAt, transaction, ct);
}
