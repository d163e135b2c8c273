using System.Globalization;
using System.Text.Json;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Tariffs;

/// <summary>A row of billing.fare_policies.</summary>
internal sealed class PolicyRow
{
    public const string Columns = """
        select   policy_id, version, name, city_id, vehicle_class, pricing_mode, tariff_kind, currency, base_minor_units, distance_minor_units,
                 distance_unit_micrometres, time_minor_units, time_unit_seconds, minimum_minor_units, rounding_minor_units, commission_basis_points,
                 tax_code, tax_minor_units, surcharges, cancellation_fee_minor_units, cancellation_grace_seconds, valid_from,
                 band, band_from, band_to, band_days, active, distance_sections, night, waiting_free_seconds, waiting_minor_units, pickup_free_metres,
                 pickup_minor_units, pickup_unit_micrometres, stop_minor_units, booking_minor_units, zone_fees, sales_tax_basis_points,
                 sales_tax_inclusive, commission_minor_units, deviation_drop_off_metres, deviation_distance_basis_points, deviation_duration_basis_points,
                 cancellation_at_pickup_minor_units, cancellation_no_show_minor_units, cancellation_driver_fee_minor_units, cancellation_driver_grace_seconds
        from     billing.fare_policies
        """;

    public const string Select = Columns + " order by version desc";

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
    public long? CancellationAtPickupMinorUnits { get; init; }
    public long? CancellationNoShowMinorUnits { get; init; }
    public long? CancellationDriverFeeMinorUnits { get; init; }
    public int? CancellationDriverGraceSeconds { get; init; }
    public DateTimeOffset ValidFrom { get; init; }
    public string Band { get; init; } = "";
    public string BandFrom { get; init; } = "";
    public string BandTo { get; init; } = "";
    public string[]? BandDays { get; init; }
    public bool Active { get; init; }
    public string DistanceSections { get; init; } = "[]";
    public string? Night { get; init; }
    public int WaitingFreeSeconds { get; init; }
    public long WaitingMinorUnits { get; init; }
    public int PickupFreeMetres { get; init; }
    public long PickupMinorUnits { get; init; }
    public long PickupUnitMicrometres { get; init; }
    public long StopMinorUnits { get; init; }
    public long BookingMinorUnits { get; init; }
    public string ZoneFees { get; init; } = "[]";
    public int SalesTaxBasisPoints { get; init; }
    public bool SalesTaxInclusive { get; init; }
    public long CommissionMinorUnits { get; init; }
    public int? DeviationDropOffMetres { get; init; }
    public int? DeviationDistanceBasisPoints { get; init; }
    public int? DeviationDurationBasisPoints { get; init; }

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
        Cancellation = new CancellationTerms(
            CancellationFeeMinorUnits, CancellationGraceSeconds, CancellationAtPickupMinorUnits, CancellationNoShowMinorUnits,
            CancellationDriverFeeMinorUnits, CancellationDriverGraceSeconds).ToRule(),
        ValidFrom = ValidFrom,
        Band = new(Band, TimeOf(BandFrom), TimeOf(BandTo), BandDays is { } days ? Array.ConvertAll(days, Enum.Parse<DayOfWeek>) : null),
        IsActive = Active,
        DistanceSections = JsonSerializer.Deserialize<List<DistanceSection>>(DistanceSections, Json.Options)!,
        Night = Night is { } night ? JsonSerializer.Deserialize<NightRate>(night, Json.Options) : null,
        Waiting = new(WaitingFreeSeconds, WaitingMinorUnits),
        Pickup = new(PickupFreeMetres, new(PickupMinorUnits, PickupUnitMicrometres)),
        StopMinorUnits = StopMinorUnits,
        BookingMinorUnits = BookingMinorUnits,
        ZoneFees = JsonSerializer.Deserialize<List<ZoneFee>>(ZoneFees, Json.Options)!,
        SalesTax = new(SalesTaxBasisPoints, SalesTaxInclusive),
        CommissionMinorUnits = CommissionMinorUnits,
        Deviation = new(DeviationDropOffMetres, DeviationDistanceBasisPoints, DeviationDurationBasisPoints),
    };

    static TimeOnly TimeOf(string time) => TimeOnly.Parse(time, CultureInfo.InvariantCulture);
}
