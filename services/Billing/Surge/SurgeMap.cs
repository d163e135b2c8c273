using System.Collections.Frozen;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;
using Tumpang.Zones;

namespace Tumpang.Billing.Surge;

/// <summary>The multipliers of one round and the rules over them, in memory. Immutable; the next round makes a new one.</summary>
/// <param name="Cells">Those that are not neutral.</param>
internal sealed record SurgeMap(
    long Round, FrozenDictionary<(string CityId, VehicleClass VehicleClass), SurgeRule> Rules,
    FrozenDictionary<(string CityId, VehicleClass VehicleClass), IReadOnlyDictionary<MapCell, int>> Cells)
{
    public static readonly SurgeMap Empty = new(
        0, FrozenDictionary<(string, VehicleClass), SurgeRule>.Empty, FrozenDictionary<(string, VehicleClass), IReadOnlyDictionary<MapCell, int>>.Empty);

    /// <summary>False where nothing has to be counted or worked out.</summary>
    public bool HasWork => Cells.Count > 0 || Rules.Values.Any(rule => rule.IsOn);

    public bool IsOn(string cityId) => Rules.Values.Any(rule => rule.IsOn && rule.CityId == cityId);

    /// <summary>The rule of a class that follows demand; null for one that does not.</summary>
    public SurgeRule? RuleOf(string cityId, VehicleClass vehicleClass) => Rules.GetValueOrDefault((cityId, vehicleClass)) is { IsOn: true } rule ? rule : null;

    /// <summary>What a quote freezes; null where the price is as ever.</summary>
    public SurgeTerms? At(string cityId, VehicleClass vehicleClass, GeoPoint pickup, ZoneIndex zones)
    {
        if (RuleOf(cityId, vehicleClass) is not { } rule || !zones.MaySurge(cityId, pickup)) return null;

        var cell = MapCell.Of(pickup);
        var multiplier = rule.Bound(Of(cityId, vehicleClass).GetValueOrDefault(cell, SurgeFormula.Neutral));
        return multiplier == SurgeFormula.Neutral ? null : new(multiplier, cell, Round, rule.Version);
    }

    /// <summary>The cells of a class that are not neutral.</summary>
    public IReadOnlyDictionary<MapCell, int> Of(string cityId, VehicleClass vehicleClass) =>
        Cells.GetValueOrDefault((cityId, vehicleClass)) ?? FrozenDictionary<MapCell, int>.Empty;

    /// <summary>The same without multipliers.</summary>
    public SurgeMap Forgotten() => this with { Cells = Empty.Cells };
}
