using System.Text.Json.Serialization;
using Tumpang.Contracts;

namespace Tumpang.Billing.Fares;

/// <summary>What the passenger finally pays: what was driven, or what was quoted.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PricingMode>))]
internal enum PricingMode { Metered, Upfront }

/// <summary>Linear: distance and time each at a rate. TaxiMeter: units of distance or slow time, counted in combination.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TariffKind>))]
internal enum TariffKind { Linear, TaxiMeter }

/// <summary>One version of the tariff of one vehicle class in one city. Never changed: a change is a new version.</summary>
internal sealed record FarePolicy
{
    public required Guid PolicyId { get; init; }
    public required int Version { get; init; }
    public required string Name { get; init; }
    public required string CityId { get; init; }
    public required VehicleClass VehicleClass { get; init; }
    public required PricingMode Mode { get; init; }
    public required TariffKind Tariff { get; init; }
    public required string Currency { get; init; }

    /// <summary>Added to every fare; on a taximeter the initial charge, which covers the first unit.</summary>
    public required long BaseMinorUnits { get; init; }

    /// <summary>Per micrometres.</summary>
    public required Rate Distance { get; init; }

    /// <summary>Per seconds.</summary>
    public required Rate Time { get; init; }

    /// <summary>Least charge before surcharges and tax; a multiple of <see cref="RoundingMinorUnits"/>.</summary>
    public long MinimumMinorUnits { get; init; }

    /// <summary>Fares are multiples of this, half to even.</summary>
    public long RoundingMinorUnits { get; init; } = 1;

    /// <summary>Our share of a fare without its tax, rounded down.</summary>
    public required int CommissionBasisPoints { get; init; }

    public string? TaxCode { get; init; }
    public long TaxMinorUnits { get; init; }
    public IReadOnlyList<Surcharge> Surcharges { get; init; } = [];
    public required CancellationRule Cancellation { get; init; }

    /// <summary>City time.</summary>
    public required DateTimeOffset ValidFrom { get; init; }
}
