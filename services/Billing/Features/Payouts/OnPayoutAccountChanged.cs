using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Payouts;

/// <summary>Who can be paid out.</summary>
internal sealed class OnPayoutAccountChanged : IEventHandler<PayoutAccountChanged>
{
    const string Store = """
        insert into billing.payees as known (driver_id, ready, version) values (@DriverId, @Ready, @Version)
        on conflict (driver_id) do update set ready = excluded.ready, version = excluded.version where known.version < excluded.version
        """;

    public Task Handle(PayoutAccountChanged happened, Transaction transaction, CancellationToken ct) =>
        transaction.Execute(Store, new { happened.DriverId, happened.Ready, happened.Version }, ct);
}
