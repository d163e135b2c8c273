using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Quotes;

/// <summary>Nobody came: the quote is free again and nothing is owed.</summary>
internal sealed class OnNoDriverFound : IEventHandler<NoDriverFound>
{
    public Task Handle(NoDriverFound happened, Transaction transaction, CancellationToken ct) =>
        QuoteReleases.Release(happened.QuoteId, "NoDriverFound", happened.OccurredAt, transaction, ct);
}
