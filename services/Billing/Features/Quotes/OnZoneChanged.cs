using System.Text.Json;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Quotes;

/// <summary>Where there is service may have changed. What was quoted before stays quoted.</summary>
internal sealed class OnZoneChanged : IEventHandler<ZoneChanged>
{
    const string Store = """
        insert into billing.zones as known (zone_id, city_id, name, kind, priority, active, ring, version)
        values (@ZoneId, @CityId, @Name, @Kind, @Priority, @Active, @Ring::jsonb, @Version)
        on conflict (zone_id) do update
        set    city_id = excluded.city_id, name = excluded.name, kind = excluded.kind, priority = excluded.priority, active = excluded.active,
               ring = excluded.ring, version = excluded.version
        where  known.version < excluded.version
        """;

    public Task Handle(ZoneChanged happened, Transaction transaction, CancellationToken ct) => transaction.Execute(
        Store,
        new
        {
            happened.ZoneId,
            happened.CityId,
            happened.Name,
            Kind = happened.Kind.ToString(),
            happened.Priority,
            happened.Active,
            Ring = JsonSerializer.Serialize(happened.Ring, Json.Options),
            happened.Version,
        },
        ct);
}
