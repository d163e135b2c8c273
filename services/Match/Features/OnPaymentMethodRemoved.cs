using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Tumpang.ServiceDefaults.Bus;

namespace Tumpang.Matching.Features;

/// <summary>No new request may use the method. Kept as a tombstone, in case its addition is delivered late.</summary>
sealed class OnPaymentMethodRemoved : IEventHandler<PaymentMethodRemoved>
{
    const string Remember = """
        insert into match.payment_methods as known (payment_method_id, passenger_id, removed, version)
        values (@PaymentMethodId, @PassengerId, true, @Version)
        on conflict (payment_method_id) do update set removed = true, version = excluded.version
        where  known.version < excluded.version
        """;

    public Task Handle(PaymentMethodRemoved happened, Transaction transaction, CancellationToken ct) =>
        transaction.Execute(Remember, new { happened.PaymentMethodId, happened.PassengerId, happened.Version }, ct);
}
