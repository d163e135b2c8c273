using Microsoft.Extensions.Options;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations;

/// <summary>What one driver's phone reports.</summary>
sealed record DriverUpdates(Guid DriverId, IReadOnlyList<LocationUpdate> Points);

/// <summary>
/// Takes in positions of any number of drivers. Idle drivers cost one read and one write of Redis for the whole call; Postgres is asked
/// only for drivers on a ride, and about once a minute for each of the others.
/// </summary>
sealed class PositionIntake(
    PositionPool pool, DutyStore duties, DriverQueues queues, TrackRecorder tracks, Cities cities, CityClock clock, LocationMetrics metrics, IOptions<LocationOptions> options)
{
    readonly LocationOptions rules = options.Value;

    /// <summary>How many positions of each driver were used, in the order of <paramref name="drivers"/>.</summary>
    public async Task<IReadOnlyList<Tally>> Record(IReadOnlyList<DriverUpdates> drivers, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var intakes = drivers.Select(driver => Sift(driver, now)).ToList();
        await Recognise([.. intakes.Where(intake => intake.Updates.Count > 0)], now, ct);
        await RecordTracks([.. intakes.Where(intake => intake is { Updates.Count: > 0, Duty.TrackRideId: not null })], now, ct);
        var settled = intakes.Select(intake => (Intake: intake, Placement: Settle(intake, now))).Where(driver => driver.Placement is not null).ToList();
        if (settled.Count > 0)
        {
            await duties.Try(() => pool.Place([.. settled.Select(driver => driver.Placement!.Value)]));
            await queues.Follow([.. settled.Select(driver => (driver.Placement!.Value, driver.Intake.OutsidePings))], ct);
        }

        foreach (var intake in intakes) metrics.Count(intake.Tally);
        return [.. intakes.Select(intake => intake.Tally)];
    }

    /// <summary>The points that do not speak against themselves, in the order of their time, each instant once.</summary>
    Intake Sift(DriverUpdates driver, DateTimeOffset now)
    {
        var tally = new Tally();
        var sound = new SortedDictionary<DateTimeOffset, LocationUpdate>();
        foreach (var update in driver.Points.Select(point => point.Normalised()))
        {
            var refusal = Plausibility.OfItself(update, now, rules.TrackPointsAcceptedFor, rules);
            if (refusal is null && !sound.TryAdd(update.RecordedAt, update)) refusal = Refusal.Duplicate;
            if (refusal is { } reason) tally.Refuse(reason);
        }

        var city = sound.Count == 0 ? null : cities.At(sound.Values.Last().Position)?.Id;
        return new Intake(driver.DriverId, city ?? PoolKeys.Elsewhere, tally) { Updates = [.. sound.Values] };
    }

    /// <summary>Finds out what each driver is doing, from Redis or else from Postgres.</summary>
    async Task Recognise(List<Intake> intakes, DateTimeOffset now, CancellationToken ct)
    {
        if (intakes.Count == 0) return;
        await duties.Try(async () =>
        {
            var known = await pool.Read(intakes.Select(intake => (intake.City, intake.DriverId)));
            foreach (var (intake, driver) in intakes.Zip(known)) (intake.Duty, intake.Last, intake.OutsidePings) = (driver.Duty, driver.Last, driver.OutsidePings);
        });

        var unknown = intakes.Where(intake => intake.Duty is null).ToList();
        if (unknown.Count == 0) return;
        var found = await duties.Heard([.. unknown.Select(intake => intake.DriverId)], now, ct);
        foreach (var intake in unknown) intake.Duty = found.GetValueOrDefault(intake.DriverId);
        await duties.Try(() => Task.WhenAll(unknown.Where(intake => intake.Duty is not null).Select(intake => pool.Remember(intake.City, intake.Duty!))));
    }

    async Task RecordTracks(List<Intake> intakes, DateTimeOffset now, CancellationToken ct)
    {
        if (intakes.Count == 0) return;
        var left = await tracks.Record([.. intakes.Select(intake => new TrackBatch(intake.Duty!.TrackRideId!.Value, intake.Duty.Online, intake.Updates, intake.Tally))], now, ct);
        foreach (var intake in intakes) intake.Updates = left[intake.Duty!.TrackRideId!.Value];
    }

    /// <summary>Of what no track took, the newest plausible position is where the driver is now.</summary>
    Placement? Settle(Intake intake, DateTimeOffset now)
    {
        Fix? newest = null;
        var before = now - intake.Last?.At > rules.OfferableFor ? null : intake.Last;
        foreach (var update in intake.Updates)
        {
            var refusal = intake.Duty is null or { IsOff: true } ? Refusal.OffDuty
                : Plausibility.OfItself(update, now, rules.OfferableFor, rules) ?? Plausibility.After(before, update.Fix, rules);
            if (refusal is { } reason)
            {
                intake.Tally.Refuse(reason);
                continue;
            }

            intake.Tally.Accept();
            before = newest = update.Fix;
        }

        return newest is { } fix ? new Placement(intake.City, intake.Duty!, fix) : null;
    }

    /// <summary>One driver's points on their way through the stages above.</summary>
    sealed record Intake(Guid DriverId, string City, Tally Tally)
    {
        public IReadOnlyList<LocationUpdate> Updates { get; set; } = [];

        public Duty? Duty { get; set; }

        public Fix? Last { get; set; }

        public int OutsidePings { get; set; }
    }
}
