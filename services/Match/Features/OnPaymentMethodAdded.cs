using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Tumpang.ServiceDefaults.Bus;

namespace Tumpang.Matching.Features;

/// <summary>Remembers whose method it is and of what kind. A removal that came first stays.</summary>
sealed class OnPaymentMethodAdded : IEventHandler<PaymentMethodAdded>
{
    const string Remember = """
        insert into match.payment_methods as known (payment_method_id, passenger_id, kind, version)
        values (@PaymentMethodId, @PassengerId, @Kind, @Version)
        on conflict (payment_method_id) do update set kind = excluded.kind, version = excluded.version
        where  known.version < excluded.version
        """;

    public Task Handle(PaymentMethodAdded happened, Transaction transaction, CancellationToken ct) => transaction.Execute(
        Remember, new { happened.PaymentMethodId, happened.PassengerId, Kind = happened.Kind.ToString(), happened.Version }, ct);
}
