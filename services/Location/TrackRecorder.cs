using Microsoft.Extensions.Options;
using Tumpang.Contracts;
using Tumpang.Roads;
using Tumpang.ServiceDefaults;

namespace Tumpang.Locations;

/// <summary>Positions of one driver for the track of one ride, in the order of their time.</summary>
/// <param name="Online">The driver goes on driving after this ride.</param>
sealed record TrackBatch(Guid RideId, bool Online, IReadOnlyList<LocationUpdate> Updates, Tally Tally);

/// <summary>
/// Lengthens tracks. All rides of a call are one transaction under the locks of their rows, so that whatever arrives twice, on
/// whichever copy, is judged after what arrived before it, and every plausible metre counts once.
/// </summary>
sealed class TrackRecorder(Database database, CloseTrack close, RoadMap roads, IOptions<LocationOptions> options)
{
    readonly LocationOptions rules = options.Value;

    /// <summary>What is left for the pool, by ride: points after its end, and all points of a ride that takes none any more.</summary>
    public async Task<IReadOnlyDictionary<Guid, IReadOnlyList<LocationUpdate>>> Record(IReadOnlyList<TrackBatch> batches, DateTimeOffset now, CancellationToken ct)
    {
        var left = new Dictionary<Guid, IReadOnlyList<LocationUpdate>>();
        foreach (var ride in await Lengthen(batches, left, now, ct))
        {
            // A position after the end says that none before it is still under way: the track need not wait any longer.
            if (ride is { CompletedAt: not null, TakesPoints: true } && left[ride.RideId].Count > 0) await close.Now(ride.RideId, ride.DriverId, now, ct);
        }

        return left;
    }

    async Task<IReadOnlyList<RideRow>> Lengthen(
        IReadOnlyList<TrackBatch> batches, Dictionary<Guid, IReadOnlyList<LocationUpdate>> left, DateTimeOffset now, CancellationToken ct)
    {
        await using var transaction = await database.Begin(ct);
        var rides = await TrackStore.Lock(transaction, [.. batches.Select(batch => batch.RideId)], ct);
        var byId = rides.ToDictionary(ride => ride.RideId);
        var (points, tracks) = (new List<TrackPoint>(), new List<(RideRow Ride, Track Track)>());
        foreach (var batch in batches)
        {
            var ride = byId.GetValueOrDefault(batch.RideId);
            var during = ride is { TakesPoints: true } ? batch.Updates.TakeWhile(update => !(update.RecordedAt > ride.CompletedAt)).ToList() : [];
            left[batch.RideId] = [.. batch.Updates.Skip(during.Count)];
            if (ride is null || during.Count == 0) continue;

            var track = await Extend(transaction, ride, during, batch.Tally, points, ct);
            if (track.AcceptedPoints > ride.AcceptedPoints) tracks.Add((Tell(transaction, ride, track, batch.Online, now), track));
        }

        if (tracks.Count > 0)
        {
            await TrackStore.Insert(transaction, points, ct);
            await TrackStore.Save(transaction, tracks, ct);
        }

        await transaction.Commit(ct);
        return rides;
    }

    async Task<Track> Extend(
        Transaction transaction, RideRow ride, List<LocationUpdate> updates, Tally tally, List<TrackPoint> points, CancellationToken ct)
    {
        var late = updates.TakeWhile(update => update.RecordedAt <= ride.LastAt).Select(update => update.RecordedAt).ToArray();
        var known = late.Length == 0 ? [] : await TrackStore.FindKnown(transaction, ride.RideId, late, ct);
        var track = ride.Track;
        foreach (var update in updates)
        {
            var step = update.RecordedAt <= ride.StartedAt ? new Step(track, Refusal.OutOfOrder, 0) : track.Add(update, rules);
            track = step.Track;
            if (step.Refusal is { } reason)
            {
                tally.Refuse(known.Contains(update.RecordedAt) ? Refusal.Duplicate : reason);
                continue;
            }

            tally.Accept();
            points.Add(new TrackPoint(ride.RideId, update, step.AddedMetres));
        }

        return track;
    }

    /// <summary>Publishes how far the ride has come and whether it is about to end, when the last time is long enough ago.</summary>
    RideRow Tell(Transaction transaction, RideRow ride, Track track, bool online, DateTimeOffset now)
    {
        if (now - ride.ProgressedAt < rules.ProgressEvery) return ride;

        var last = track.Last!.Value;
        var remaining = ride.PlannedDropOff is { } dropOff ? PlannedWay.SecondsFrom(last.Position, ride.StopsAhead, dropOff, roads) : (int?)null;
        transaction.Publish(new RideProgressed(
            ride.RideId, ride.PassengerId, ride.DriverId, last.Position, (int)Math.Round(track.DistanceMetres),
            (int)Math.Round((last.At - ride.StartedAt!.Value).TotalSeconds), (int)Math.Round(track.SlowSeconds), (int)Math.Round(track.SlowDistanceMetres),
            remaining)
        {
            OccurredAt = now,
            Version = ride.Version + 1,
        });
        var told = ride with { ProgressedAt = now, Version = ride.Version + 1 };
        return online && remaining is { } seconds ? TellOfEnd(transaction, told, last.At + TimeSpan.FromSeconds(seconds), now) : told;
    }

    /// <summary>Publishes that the ride is about to end, which matters while its driver takes further ones, unless that was said already and still holds roughly.</summary>
    RideRow TellOfEnd(Transaction transaction, RideRow ride, DateTimeOffset endsAt, DateTimeOffset now)
    {
        var known = ride.ToldEndsAt is { } told && (endsAt - told).Duration() <= rules.EndMovedBy;
        if (ride.CompletedAt is not null || known || (ride.ToldEndsAt is null && endsAt - now > rules.NearsEndWithin)) return ride;

        transaction.Publish(new RideNearsEnd(ride.RideId, ride.PassengerId, ride.DriverId, endsAt, ride.PlannedDropOff!.Value)
        {
            OccurredAt = now,
            Version = ride.Version + 1,
        });
        return ride with { ToldEndsAt = endsAt, Version = ride.Version + 1 };
    }
}
