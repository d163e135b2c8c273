using FsCheck;
using FsCheck.Fluent;
using Tumpang.Contracts;
using Tumpang.Locations;
using Xunit;

namespace Tumpang.Location.Tests;

/// <summary>
/// Whatever phones and networks do to the points of a ride, every plausible metre counts once (NebengJek 16, 20 and 23).
/// </summary>
public sealed class TrackPropertyTests
{
    static readonly LocationOptions Rules = new();
    static readonly DateTimeOffset StartedAt = new(2013, 11, 18, 21, 0, 0, TimeSpan.Zero);

    /// <summary>A drive of up to 80 points: 1 to 20 s apart, 0 to 25 m/s in any direction, now and then a jump or a poor fix.</summary>
    static readonly Gen<LocationUpdate[]> Drives =
        from steps in Gen.ListOf(
            from seconds in Gen.Choose(1, 20)
            from speed in Gen.Choose(0, 25)
            from degrees in Gen.Choose(0, 359)
            from jump in Gen.Frequency((19, Gen.Constant(0)), (1, Gen.Constant(8_000)))
            from accuracy in Gen.Choose(3, 60)
            select (seconds, speed, degrees, jump, accuracy))
        select Follow(steps.Take(80));

    static readonly Config Config = Config.QuickThrowOnFailure.WithMaxTest(300);

    [Fact]
    public void Batching_changes_nothing()
    {
        Check(from drive in Drives from cuts in Gen.ArrayOf(Gen.Choose(0, 80)) select (drive, cuts), input =>
        {
            var cuts = input.cuts.Append(0).Append(input.drive.Length).Where(cut => cut <= input.drive.Length).Distinct().Order().ToArray();
            var batches = cuts.Zip(cuts.Skip(1), (from, to) => input.drive[from..to]);

            return Equals(Whole(input.drive), batches.Aggregate(Track.Empty, Add));
        });
    }

    [Fact]
    public void The_order_within_a_batch_changes_nothing()
    {
        Check(from drive in Drives from shuffled in Gen.Shuffle(drive) select (drive, shuffled), input =>
            Equals(Whole(input.drive), Add(Track.Empty, input.shuffled)));
    }

    [Fact]
    public void Points_and_batches_sent_again_change_nothing()
    {
        Check(from drive in Drives from cut in Gen.Choose(0, 80) select (drive, cut: Math.Min(cut, drive.Length)), input =>
        {
            var once = Add(Track.Empty, input.drive[..input.cut]);
            var again = Add(Add(once, input.drive[..input.cut]), [.. input.drive, .. input.drive]);

            return Equals(once, Add(once, input.drive[..input.cut])) && Equals(Whole(input.drive), again);
        });
    }

    [Fact]
    public void A_batch_that_comes_late_never_makes_a_ride_longer()
    {
        Check(from drive in Drives from cut in Gen.Choose(0, 80) select (drive, cut: Math.Min(cut, drive.Length)), input =>
        {
            var later = Whole(input.drive[input.cut..]);

            return later.AcceptedPoints == 0 || Equals(Add(later, input.drive[..input.cut]), later);
        });
    }

    [Fact]
    public void The_distance_is_the_sum_of_what_each_point_added()
    {
        Check(Drives, drive =>
        {
            var (track, sum) = (Track.Empty, 0.0);
            foreach (var update in drive)
            {
                var step = track.Add(update, Rules);
                (track, sum) = (step.Track, sum + step.AddedMetres);
            }

            return Math.Abs(track.DistanceMetres - sum) < 0.001 && track.SlowDistanceMetres <= track.DistanceMetres + 0.001;
        });
    }

    /// <summary>The filter may round a corner that the points cut, but never makes more than twice of their way.</summary>
    [Fact]
    public void No_ride_is_longer_than_twice_the_way_between_its_accepted_points()
    {
        Check(Drives, drive =>
        {
            var (track, way, last) = (Track.Empty, 0.0, (GeoPoint?)null);
            foreach (var update in drive)
            {
                var step = track.Add(update, Rules);
                track = step.Track;
                if (step.Refusal is not null) continue;
                way += last?.MetresTo(update.Position) ?? 0;
                last = update.Position;
            }

            return track.DistanceMetres <= (way * 2) + 0.001;
        });
    }

    /// <summary>A copy may die after any point; another goes on with what it finds.</summary>
    [Fact]
    public void A_state_saved_and_read_anywhere_goes_on_equally()
    {
        Check(from drive in Drives from cut in Gen.Choose(0, 80) select (drive, cut: Math.Min(cut, drive.Length)), input =>
        {
            var before = Add(Track.Empty, input.drive[..input.cut]);
            var read = before with { Smoother = before.Smoother is { } smoother ? Smoother.FromBytes(smoother.ToBytes()) : null };
            var end = new Fix(new GeoPoint(40.76, -73.98), StartedAt.AddHours(1));

            return Equals(before, read)
                && Equals(Whole(input.drive), Add(read, input.drive[input.cut..]))
                && Equals(Whole(input.drive).End(end, Rules), Add(read, input.drive[input.cut..]).End(end, Rules));
        });
    }

    static void Check<T>(Gen<T> inputs, Func<T, bool> holds) => Prop.ForAll(inputs.ToArbitrary(), holds).Check(Config);

    static Track Whole(LocationUpdate[] drive) => Add(Track.Empty, drive);

    /// <summary>As the intake does: by time, each instant once, poor fixes left out.</summary>
    static Track Add(Track track, LocationUpdate[] batch) => batch
        .Where(update => update.AccuracyMetres <= Rules.MaxAccuracyMetres)
        .OrderBy(update => update.RecordedAt)
        .DistinctBy(update => update.RecordedAt)
        .Aggregate(track, (sofar, update) => sofar.Add(update, Rules).Track);

    static LocationUpdate[] Follow(IEnumerable<(int Seconds, int Speed, int Degrees, int Jump, int Accuracy)> steps)
    {
        var (north, east, at) = (0.0, 0.0, StartedAt);
        var updates = new List<LocationUpdate>();
        foreach (var (seconds, speed, degrees, jump, accuracy) in steps)
        {
            north += seconds * speed * Math.Cos(double.DegreesToRadians(degrees));
            east += seconds * speed * Math.Sin(double.DegreesToRadians(degrees));
            at = at.AddSeconds(seconds);
            updates.Add(new LocationUpdate(40.75 + ((north + jump) / 111_195), -73.98 + (east / 84_000), at, accuracy));
        }

        return [.. updates];
    }
}
