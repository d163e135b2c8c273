using Microsoft.Extensions.Options;
using Tumpang.Billing.Fares;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing;

/// <summary>
/// All tariffs and holidays in memory, so that quoting asks no database. They are few and never change in place;
/// a short poll brings new versions.
/// </summary>
internal sealed class FarePolicies(Database database, Cities cities)
{
    readonly TaskCompletionSource loaded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    volatile Tariffs tariffs = Tariffs.None;

    /// <summary>False until the first load, so that a quote can say "in a moment" instead of "never".</summary>
    public bool AreLoaded => loaded.Task.IsCompleted;

    /// <summary>The tariff in force; null when there is none.</summary>
    public FarePolicy? Current(string cityId, VehicleClass vehicleClass, DateTimeOffset now) =>
        tariffs.Versions.Find(policy => policy.CityId == cityId && policy.VehicleClass == vehicleClass && policy.ValidFrom <= now);

    /// <summary>The tariff that a quote was made under; looked up afresh when it is newer than the last poll.</summary>
    public async Task<FarePolicy> Get(Guid policyId, int version, CancellationToken ct)
    {
        await loaded.Task.WaitAsync(ct);
        if (Find(policyId, version) is { } known)
        {
            return known;
        }

        await Refresh(ct);
        return Find(policyId, version) ?? throw new InvalidOperationException($"There is no fare policy {policyId} version {version}.");
    }

    /// <summary>As <see cref="Current"/>, but waits for the first load and insists.</summary>
    public async Task<FarePolicy> GetCurrent(string cityId, VehicleClass vehicleClass, DateTimeOffset now, CancellationToken ct)
    {
        await loaded.Task.WaitAsync(ct);
        return Current(cityId, vehicleClass, now) ?? throw new InvalidOperationException($"No tariff is in force for {vehicleClass} in {cityId}.");
    }

    /// <summary>An instant by the wall clock of a city.</summary>
    public LocalPickup PickupAt(string cityId, DateTimeOffset instant)
    {
        var city = cities.Find(cityId) ?? throw new InvalidOperationException($"There is no city {cityId}.");
        return new(TimeZoneInfo.ConvertTime(instant, city.TimeZone).DateTime, tariffs.HolidaysOf(cityId));
    }

    /// <summary>Loads what the schema holds now.</summary>
    public async Task Refresh(CancellationToken ct)
    {
        var policies = await database.List<PolicyRow>(PolicyRow.Select, null, ct);
        var holidays = await database.List<HolidayRow>("select city_id, day::timestamp as day from billing.holidays", null, ct);
        var days = holidays.ToLookup(row => row.CityId, row => DateOnly.FromDateTime(row.Day));
        tariffs = new([.. policies.Select(row => row.ToPolicy())], days.ToDictionary(city => city.Key, IReadOnlySet<DateOnly> (city) => city.ToHashSet()));
        loaded.TrySetResult();
    }

    FarePolicy? Find(Guid policyId, int version) => tariffs.Versions.Find(policy => policy.PolicyId == policyId && policy.Version == version);

    sealed record HolidayRow(string CityId, DateTime Day);

    /// <summary>Newest versions first.</summary>
    sealed record Tariffs(List<FarePolicy> Versions, Dictionary<string, IReadOnlySet<DateOnly>> Holidays)
    {
        public static readonly Tariffs None = new([], []);

        public IReadOnlySet<DateOnly> HolidaysOf(string cityId) => Holidays.GetValueOrDefault(cityId) ?? new HashSet<DateOnly>();
    }
}

/// <summary>Keeps the tariffs in memory close to those in the schema.</summary>
internal sealed class RefreshFarePolicies(FarePolicies policies, IOptions<BillingOptions> options) : ISweep
{
    public TimeSpan Every => options.Value.PolicyRefresh;

    public async Task<bool> Sweep(CancellationToken ct)
    {
        await policies.Refresh(ct);
        return false;
    }
}
