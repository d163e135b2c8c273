using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Tariffs;

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

    /// <summary>
    /// The tariff in force for a ride that begins at this local time; null when there is none. Of each band the newest version that is valid,
    /// and of the bands that hold the narrowest.
    /// </summary>
    public FarePolicy? Current(string cityId, VehicleClass vehicleClass, DateTimeOffset now, DateTime localStart)
    {
        FarePolicy? narrowest = null;
        foreach (var versions in tariffs.BandsOf(cityId, vehicleClass))
        {
            if (Array.Find(versions, policy => policy.ValidFrom <= now) is { IsActive: true } policy && policy.Band.AppliesAt(localStart)
                && (narrowest is null || policy.Band.MinutesPerWeek < narrowest.Band.MinutesPerWeek))
            {
                narrowest = policy;
            }
        }

        return narrowest;
    }

    /// <summary>The tariff that a quote was made under; looked up afresh when it is newer than the last poll.</summary>
    /// <param name="tx">Of whoever is within one: its connection brings what is missing, so that nobody waits for a second while holding the first.</param>
    public async Task<FarePolicy> Get(Guid policyId, int version, CancellationToken ct, Transaction? tx = null)
    {
        if (tx is null) await loaded.Task.WaitAsync(ct);
        if (Find(policyId, version) is { } known)
        {
            return known;
        }

        await (tx is null ? Refresh(ct) : Refresh(tx, ct));
        return Find(policyId, version) ?? throw new InvalidOperationException($"There is no fare policy {policyId} version {version}.");
    }

    /// <summary>As <see cref="Current"/>, but waits for the first load, or loads within the transaction, and insists.</summary>
    public async Task<FarePolicy> GetCurrent(string cityId, VehicleClass vehicleClass, DateTimeOffset now, CancellationToken ct, Transaction? tx = null)
    {
        if (!AreLoaded) await (tx is null ? loaded.Task.WaitAsync(ct) : Refresh(tx, ct));
        return Current(cityId, vehicleClass, now, PickupAt(cityId, now).At) ?? throw new InvalidOperationException($"No tariff is in force for {vehicleClass} in {cityId}.");
    }

    /// <summary>An instant by the wall clock of a city.</summary>
    public LocalPickup PickupAt(string cityId, DateTimeOffset instant)
    {
        var city = cities.Find(cityId) ?? throw new InvalidOperationException($"There is no city {cityId}.");
        var local = TimeZoneInfo.ConvertTime(instant, city.TimeZone).DateTime;
        return new(local, tariffs.IsHoliday(cityId, DateOnly.FromDateTime(local)));
    }

    /// <summary>Loads what the schema holds now.</summary>
    public async Task Refresh(CancellationToken ct) =>
        Keep(await database.List<PolicyRow>(PolicyRow.Select, null, ct), await database.List<HolidayRow>(HolidayRow.Select, null, ct));

    async Task Refresh(Transaction tx, CancellationToken ct) =>
        Keep(await tx.List<PolicyRow>(PolicyRow.Select, null, ct), await tx.List<HolidayRow>(HolidayRow.Select, null, ct));

    void Keep(IReadOnlyList<PolicyRow> policies, IReadOnlyList<HolidayRow> holidays)
    {
        var days = holidays.ToLookup(row => row.CityId, row => DateOnly.FromDateTime(row.Day));
        tariffs = new([.. policies.Select(row => row.ToPolicy())], days.ToDictionary(city => city.Key, IReadOnlySet<DateOnly> (city) => city.ToHashSet()));
        loaded.TrySetResult();
    }

    FarePolicy? Find(Guid policyId, int version) => tariffs.Find(policyId, version);

    sealed record HolidayRow(string CityId, DateTime Day)
    {
        public const string Select = "select city_id, day::timestamp as day from billing.holidays";
    }

    sealed class Tariffs(IReadOnlyList<FarePolicy> policies, IReadOnlyDictionary<string, IReadOnlySet<DateOnly>> holidays)
    {
        public static readonly Tariffs None = new([], new Dictionary<string, IReadOnlySet<DateOnly>>());

        readonly Dictionary<(Guid, int), FarePolicy> byVersion = policies.ToDictionary(policy => (policy.PolicyId, policy.Version));

        /// <summary>By city and class the bands, in the order of their names; of each band the newest version first.</summary>
        readonly Dictionary<(string, VehicleClass), FarePolicy[][]> bands = policies
            .GroupBy(policy => (policy.CityId, policy.VehicleClass))
            .ToDictionary(group => group.Key, group => group
                .GroupBy(policy => policy.PolicyId)
                .OrderBy(band => band.First().Band.Name, StringComparer.Ordinal)
                .Select(band => band.OrderByDescending(policy => policy.Version).ToArray()).ToArray());

        public FarePolicy? Find(Guid policyId, int version) => byVersion.GetValueOrDefault((policyId, version));

        public FarePolicy[][] BandsOf(string cityId, VehicleClass vehicleClass) => bands.GetValueOrDefault((cityId, vehicleClass)) ?? [];

        public bool IsHoliday(string cityId, DateOnly day) => holidays.GetValueOrDefault(cityId)?.Contains(day) == true;
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
