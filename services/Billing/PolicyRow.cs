using System.Text.Json;
using Tumpang.Billing.Fares;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing;

/// <summary>A row of billing.fare_policies.</summary>
internal sealed class PolicyRow
{
    public const string Select = """
        select   policy_id, version, name, city_id, vehicle_class, pricing_mode, tariff_kind, currency, base_minor_units, distance_minor_units,
                 distance_unit_micrometres, time_minor_units, time_unit_seconds, minimum_minor_units, rounding_minor_units, commission_basis_points,
                 tax_code, tax_minor_units, surcharges, cancellation_fee_minor_units, cancellation_grace_seconds, valid_from
        from     billing.fare_policies
        order by version desc
        """;

    public Guid PolicyId { get; init; }
    public int Version { get; init; }
    public string Name { get; init; } = "";
    public string CityId { get; init; } = "";
    public VehicleClass VehicleClass { get; init; }
    public PricingMode PricingMode { get; init; }
    public TariffKind TariffKind { get; init; }
    public string Currency { get; init; } = "";
    public long BaseMinorUnits { get; init; }
    public long DistanceMinorUnits { get; init; }
    public long DistanceUnitMicrometres { get; init; }
    public long TimeMinorUnits { get; init; }
    public long TimeUnitSeconds { get; init; }
    public long MinimumMinorUnits { get; init; }
    public long RoundingMinorUnits { get; init; }
    public int CommissionBasisPoints { get; init; }
    public string? TaxCode { get; init; }
    public long TaxMinorUnits { get; init; }
    public string Surcharges { get; init; } = "[]";
    public long CancellationFeeMinorUnits { get; init; }
    public int CancellationGraceSeconds { get; init; }
    public DateTimeOffset ValidFrom { get; init; }

    public FarePolicy ToPolicy() => new()
    {
        PolicyId = PolicyId,
        Version = Version,
        Name = Name,
        CityId = CityId,
        VehicleClass = VehicleClass,
        Mode = PricingMode,
        Tariff = TariffKind,
        Currency = Currency,
        BaseMinorUnits = BaseMinorUnits,
        Distance = new(DistanceMinorUnits, DistanceUnitMicrometres),
        Time = new(TimeMinorUnits, TimeUnitSeconds),
        MinimumMinorUnits = MinimumMinorUnits,
        RoundingMinorUnits = RoundingMinorUnits,
        CommissionBasisPoints = CommissionBasisPoints,
        TaxCode = TaxCode,
        TaxMinorUnits = TaxMinorUnits,
        Surcharges = JsonSerializer.Deserialize<List<Surcharge>>(Surcharges, Json.Options)!,
        Cancellation = new(CancellationFeeMinorUnits, TimeSpan.FromSeconds(CancellationGraceSeconds)),
        ValidFrom = ValidFrom,
    };
}
