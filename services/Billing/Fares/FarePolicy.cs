using System.Text.Json.Serialization;
using Tumpang.Contracts;

namespace Tumpang.Billing.Fares;

/// <summary>What the passenger finally pays: what was driven, or what was quoted.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PricingMode>))]
internal enum PricingMode { Metered, Upfront }

/// <summary>Linear: distance and time each at a rate. TaxiMeter: units of distance or slow time, counted in combination.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TariffKind>))]
internal enum TariffKind { Linear, TaxiMeter }

/// <summary>One version of the tariff of one vehicle class in one city for one band of hours. Never changed: a change is a new version.</summary>
internal sealed record FarePolicy
{
    public required Guid PolicyId { get; init; }
    public required int Version { get; init; }
    public required string Name { get; init; }
    public required string CityId { get; init; }
    public required VehicleClass VehicleClass { get; init; }
    public TimeBand Band { get; init; } = TimeBand.AllDay;

    /// <summary>False when with this version the band ends.</summary>
    public bool IsActive { get; init; } = true;

    public required PricingMode Mode { get; init; }
    public required TariffKind Tariff { get; init; }
    public required string Currency { get; init; }

    /// <summary>Added to every fare; on a taximeter the initial charge, which covers the first unit.</summary>
    public required long BaseMinorUnits { get; init; }

    /// <summary>Per micrometres, up to the first of <see cref="DistanceSections"/>.</summary>
    public required Rate Distance { get; init; }

    /// <summary>In the order of the way; linear tariffs only.</summary>
    public IReadOnlyList<DistanceSection> DistanceSections { get; init; } = [];

    /// <summary>Per seconds.</summary>
    public required Rate Time { get; init; }

    /// <summary>Least charge for distance and time, before what is added to it; a multiple of <see cref="RoundingMinorUnits"/>.</summary>
    public long MinimumMinorUnits { get; init; }

    public NightRate? Night { get; init; }
    public IReadOnlyList<Surcharge> Surcharges { get; init; } = [];
    public WaitingRule Waiting { get; init; } = WaitingRule.None;
    public PickupRule Pickup { get; init; } = PickupRule.None;

    /// <summary>For every stop on the way.</summary>
    public long StopMinorUnits { get; init; }

    /// <summary>For every ride.</summary>
    public long BookingMinorUnits { get; init; }

    public IReadOnlyList<ZoneFee> ZoneFees { get; init; } = [];

    /// <summary>A fixed tax of every ride.</summary>
    public string? TaxCode { get; init; }
    public long TaxMinorUnits { get; init; }
    public SalesTax SalesTax { get; init; } = SalesTax.None;

    /// <summary>Fares are multiples of this, half to even.</summary>
    public long RoundingMinorUnits { get; init; } = 1;

    /// <summary>Our share of a fare without its taxes, rounded down.</summary>
    public required int CommissionBasisPoints { get; init; }

    /// <summary>Our share of every ride besides, as far as the fare covers it. With both at zero drivers keep all, and pay otherwise or nothing.</summary>
    public long CommissionMinorUnits { get; init; }

    /// <summary>For upfront prices.</summary>
    public DeviationRule Deviation { get; init; } = DeviationRule.Never;

    public required CancellationRule Cancellation { get; init; }

    /// <summary>City time.</summary>
    public required DateTimeOffset ValidFrom { get; init; }

    /// <summary>As it is for a driver who pays a subscription instead of commission; null for none.</summary>
    public FarePolicy Under(Guid? subscriptionId) => subscriptionId is null ? this : this with { CommissionBasisPoints = 0, CommissionMinorUnits = 0 };
}
