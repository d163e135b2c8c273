using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;
using Tumpang.Zones;

namespace Tumpang.Billing.Features.Tariffs;

/// <summary>
/// An operator writes the next version of a tariff: of one city, one class, one band of hours. Nothing is ever changed; a ride is priced to its end
/// under the version of its quote.
/// </summary>
internal static class PublishFarePolicy
{
    /// <summary>One writer at a time for one line of versions, on whichever copy.</summary>
    const string Lock = "select pg_advisory_xact_lock(hashtextextended('fare-policy:' || @CityId || ':' || @VehicleClass || ':' || @Band, 0))";

    const string FindLatest = """
        select   policy_id, version
        from     billing.fare_policies
        where    (city_id, vehicle_class, band) = (@CityId, @VehicleClass, @Band)
        order by version desc
        limit    1
        """;

    const string Insert = """
        insert into billing.fare_policies (
            policy_id, version, name, city_id, vehicle_class, pricing_mode, tariff_kind, currency, base_minor_units, distance_minor_units,
            distance_unit_micrometres, time_minor_units, time_unit_seconds, minimum_minor_units, rounding_minor_units, commission_basis_points,
            tax_code, tax_minor_units, surcharges, cancellation_fee_minor_units, cancellation_grace_seconds, valid_from, band, band_from, band_to,
            band_days, active, distance_sections, night, waiting_free_seconds, waiting_minor_units, pickup_free_metres, pickup_minor_units,
            pickup_unit_micrometres, stop_minor_units, booking_minor_units, zone_fees, sales_tax_basis_points, sales_tax_inclusive,
            commission_minor_units, deviation_drop_off_metres, deviation_distance_basis_points, deviation_duration_basis_points, cancellation_at_pickup_minor_units,
            cancellation_no_show_minor_units, cancellation_driver_fee_minor_units, cancellation_driver_grace_seconds, created_by)
        values (
            @PolicyId, @Version, @Name, @CityId, @VehicleClass, @Mode, @Tariff, @Currency, @BaseMinorUnits, @DistanceMinorUnits,
            @DistanceUnit, @TimeMinorUnits, @TimeUnit, @MinimumMinorUnits, @RoundingMinorUnits, @CommissionBasisPoints,
            @TaxCode, @TaxMinorUnits, @Surcharges::jsonb, @CancellationFee, @CancellationGrace, @ValidFrom, @Band, @BandFrom, @BandTo,
            @BandDays, @Active, @DistanceSections::jsonb, @Night::jsonb, @WaitingFreeSeconds, @WaitingMinorUnits, @PickupFreeMetres, @PickupMinorUnits,
            @PickupUnit, @StopMinorUnits, @BookingMinorUnits, @ZoneFees::jsonb, @SalesTaxBasisPoints, @SalesTaxInclusive,
            @CommissionMinorUnits, @DeviationDropOff, @DeviationDistance, @DeviationDuration, @CancellationAtPickup,
            @CancellationNoShow, @DriverFee, @DriverGrace, @Operator)
        """;

    public static async Task<Results<Created<FarePolicyView>, ProblemHttpResult>> Handle(
        FarePolicyDocument document, CurrentUser user, Transaction transaction, Cities cities, ZonesInForce zones, CityClock clock, CancellationToken ct)
    {
        if (!zones.AreLoaded) return BillingProblems.Starting.ToHttp();
        if (document.Refuse(cities, zones.Now, clock.GetUtcNow()) is { } problem) return problem.ToHttp();

        var policy = await Numbered(document, cities.Find(document.CityId)!, transaction, clock, ct);
        await transaction.Execute(Insert, Row(policy, user.Id), ct);
        return TypedResults.Created($"/v1/ops/fare-policies?cityId={policy.CityId}", FarePolicyView.Of(policy));
    }

    static async Task<FarePolicy> Numbered(FarePolicyDocument document, City city, Transaction transaction, CityClock clock, CancellationToken ct)
    {
        var line = new { document.CityId, VehicleClass = document.VehicleClass.ToString(), Band = (document.Band ?? TimeBand.AllDay).Name };
        await transaction.Execute(Lock, line, ct);
        var latest = await transaction.Find<Latest>(FindLatest, line, ct) ?? new(Guid.CreateVersion7(), 0);
        return document.ToPolicy(latest.PolicyId, latest.Version + 1, city.Currency, clock.GetUtcNow());
    }

    static object Row(FarePolicy policy, Guid by) => new
    {
        policy.PolicyId,
        policy.Version,
        policy.Name,
        policy.CityId,
        VehicleClass = policy.VehicleClass.ToString(),
        Mode = policy.Mode.ToString(),
        Tariff = policy.Tariff.ToString(),
        policy.Currency,
        policy.BaseMinorUnits,
        DistanceMinorUnits = policy.Distance.MinorUnits,
        DistanceUnit = policy.Distance.UnitSize,
        TimeMinorUnits = policy.Time.MinorUnits,
        TimeUnit = policy.Time.UnitSize,
        policy.MinimumMinorUnits,
        policy.RoundingMinorUnits,
        policy.CommissionBasisPoints,
        policy.TaxCode,
        policy.TaxMinorUnits,
        Surcharges = JsonSerializer.Serialize(policy.Surcharges, Json.Options),
        CancellationFee = policy.Cancellation.FeeMinorUnits,
        CancellationGrace = (int)policy.Cancellation.Grace.TotalSeconds,
        CancellationAtPickup = policy.Cancellation.AtPickupMinorUnits,
        CancellationNoShow = policy.Cancellation.NoShowMinorUnits,
        DriverFee = policy.Cancellation.DriverFeeMinorUnits,
        DriverGrace = (int?)policy.Cancellation.DriverGrace?.TotalSeconds,
        policy.ValidFrom,
        Band = policy.Band.Name,
        BandFrom = policy.Band.From.ToString("HH:mm:ss", CultureInfo.InvariantCulture),
        BandTo = policy.Band.To.ToString("HH:mm:ss", CultureInfo.InvariantCulture),
        BandDays = policy.Band.Days?.Select(day => day.ToString()).ToArray(),
        Active = policy.IsActive,
        DistanceSections = JsonSerializer.Serialize(policy.DistanceSections, Json.Options),
        Night = policy.Night is { } night ? JsonSerializer.Serialize(night, Json.Options) : null,
        WaitingFreeSeconds = policy.Waiting.FreeSeconds,
        WaitingMinorUnits = policy.Waiting.PerMinuteMinorUnits,
        PickupFreeMetres = policy.Pickup.FreeMetres,
        PickupMinorUnits = policy.Pickup.Rate.MinorUnits,
        PickupUnit = policy.Pickup.Rate.UnitSize,
        policy.StopMinorUnits,
        policy.BookingMinorUnits,
        ZoneFees = JsonSerializer.Serialize(policy.ZoneFees, Json.Options),
        SalesTaxBasisPoints = policy.SalesTax.BasisPoints,
        SalesTaxInclusive = policy.SalesTax.Inclusive,
        policy.CommissionMinorUnits,
        DeviationDropOff = policy.Deviation.DropOffMetres,
        DeviationDistance = policy.Deviation.DistanceBasisPoints,
        DeviationDuration = policy.Deviation.DurationBasisPoints,
        Operator = by,
    };

    sealed record Latest(Guid PolicyId, int Version);
}

/// <summary>One version of a tariff.</summary>
/// <param name="PolicyId">The same for all versions of one city, class and band.</param>
/// <param name="Currency">ISO 4217, the city's.</param>
internal sealed record FarePolicyView(Guid PolicyId, int Version, string Currency, FarePolicyDocument Policy)
{
    public static FarePolicyView Of(FarePolicy policy) => new(policy.PolicyId, policy.Version, policy.Currency, FarePolicyDocument.Of(policy));
}
