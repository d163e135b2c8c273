using System.Globalization;
using Tumpang.Locations;

namespace Tumpang.Benchmarks;

/// <summary>
/// How far what a ride is charged for is from what was driven. 700 drives through New York, known to the metre, are reported every 1 to 30 s with
/// normal errors of up to 30 m along each axis, stated as the accuracy that they have, and measured by the code of the service; beside it by the rule of
/// Namma Yatri (accuracy up to 50 m, more than 25 m from the last one kept). In process; no fleet is involved. With TRACKS_CAB_GPS naming a
/// file of raw cab positions (cab, t_unix, lat, lon, occupied), those are measured too.
/// </summary>
public sealed class TracksBenchmark : IBenchmark
{
    /// <summary>What the filter promises for the mean of every cell.</summary>
    const double BarPerCent = 3;

    static readonly int[] Sigmas = [0, 5, 10, 20, 30];

    static readonly int[] Intervals = [1, 2, 5, 10, 15, 30];

    static readonly LocationOptions Rules = new();

    /// <summary>What would do if errors never lasted.</summary>
    static readonly LocationOptions Trusting = new() { NoisePerAccuracy = 1 };

    public string Name => "tracks";

    public Task<IReadOnlyList<Figure>> Run(BenchFleet fleet, CancellationToken ct)
    {
        var drives = Drive.All();
        var figures = new List<Figure>();
        foreach (var lasting in (double[])[0, 60])
        {
            foreach (var sigma in lasting == 0 ? Sigmas : Sigmas[1..])
            {
                foreach (var interval in Intervals)
                {
                    ct.ThrowIfCancellationRequested();
                    figures.AddRange(Cell(drives, sigma, interval, lasting));
                }

                figures.AddRange(Standing(sigma, lasting));
            }
        }

        if (Environment.GetEnvironmentVariable("TRACKS_CAB_GPS") is { Length: > 0 } path) figures.AddRange(Cabs(path));
        return Task.FromResult<IReadOnlyList<Figure>>(figures);
    }

    /// <param name="lastingSeconds">How long errors last; 0 when each position has an error of its own.</param>
    static IEnumerable<Figure> Cell(IReadOnlyList<Drive> drives, int sigma, int interval, double lastingSeconds)
    {
        var (ours, trusting, theirs) = (new double[drives.Count], new double[drives.Count], new double[drives.Count]);
        Parallel.For(0, drives.Count, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, index =>
        {
            var reported = Drive.Report(drives[index].Every(interval), sigma, lastingSeconds, new Random(HashCode(index, sigma, interval)));
            ours[index] = 100 * ((Measure(reported) / drives[index].Metres) - 1);
            trusting[index] = 100 * ((Measure(reported, Trusting) / drives[index].Metres) - 1);
            theirs[index] = 100 * ((MeasureAsNammaYatri(reported) / drives[index].Metres) - 1);
        });

        var (name, weights) = ($"{NameOf(sigma, lastingSeconds)}, {interval} s", drives.Select(drive => drive.Metres).ToArray());
        return
        [
            new($"{name}: mean error of a trip", ours.Average(), "%", BarPerCent, "bar"),
            new($"{name}: error of the total", Total(ours, weights), "%", BarPerCent, "bar"),
            new($"{name}: mean deviation", ours.Average(Math.Abs), "%", theirs.Average(Math.Abs), "Namma Yatri"),
            new($"{name}: p90 deviation", P90(ours), "%", P90(theirs), "Namma Yatri"),
            new($"{name}: mean deviation with one accuracy", trusting.Average(Math.Abs), "%"),
            new($"{name}: Namma Yatri's mean error", theirs.Average(), "%"),
        ];
    }

    /// <summary>Twenty cars stand for ten minutes and report every second.</summary>
    static IEnumerable<Figure> Standing(int sigma, double lastingSeconds)
    {
        Place[] place = [.. Enumerable.Range(0, 600).Select(second => new Place(second, 0, 0))];
        var stands = Enumerable.Range(0, 20).Select(car => Drive.Report(place, sigma, lastingSeconds, new Random(car))).ToArray();
        var name = $"{NameOf(sigma, lastingSeconds)}, standing for 10 minutes";
        return
        [
            new(name, stands.Average(stand => Measure(stand)), "m", stands.Average(MeasureAsNammaYatri), "Namma Yatri"),
            new($"{name}, with one accuracy", stands.Average(stand => Measure(stand, Trusting)), "m"),
        ];
    }

    static double Measure(IReadOnlyList<LocationUpdate> reported, LocationOptions? rules = null) => reported.Skip(1)
        .Aggregate(Track.From(reported[0].Fix), (track, update) => track.Add(update, rules ?? Rules).Track)
        .End(reported[^1].Fix, rules ?? Rules).DistanceMetres;

    static double MeasureAsNammaYatri(IReadOnlyList<LocationUpdate> reported)
    {
        var (kept, metres) = (reported[0].Position, 0.0);
        foreach (var update in reported.Where(update => update.AccuracyMetres is null or <= 50))
        {
            var step = kept.MetresTo(update.Position);
            if (step > 25) (kept, metres) = (update.Position, metres + step);
        }

        return metres;
    }

    /// <summary>
    /// Raw positions of real cabs: there is no truth, but the sum of all steps is one where no step is impossible (over 45 m/s), apart from
    /// corners between positions a minute apart; and where one is, the sum without it is the least that was driven.
    /// </summary>
    static IEnumerable<Figure> Cabs(string path)
    {
        var (sound, bad, refused, points) = (new List<(double Raw, double Ours)>(), new List<(double Raw, double Sound, double Ours)>(), 0, 0);
        foreach (var reported in Occupied(path).Where(run => run.Count >= 4))
        {
            var steps = reported.Zip(reported.Skip(1), (from, to) =>
                (Metres: from.Position.MetresTo(to.Position), Seconds: Math.Max(1, (to.RecordedAt - from.RecordedAt).TotalSeconds))).ToArray();
            var raw = steps.Sum(step => step.Metres);
            if (raw < 300) continue;

            refused += reported.Count(new Recorder().Refuses);
            points += reported.Count;
            var isBad = steps.Select(step => step.Metres > Math.Max(100, 45 * step.Seconds)).ToArray();
            if (isBad.Contains(true)) bad.Add((raw, steps.Where((_, index) => !isBad[index]).Sum(step => step.Metres), Measure(reported)));
            else sound.Add((raw, Measure(reported)));
        }

        var (soundKilometres, badKilometres) = (sound.Sum(trip => trip.Raw) / 1_000, bad.Sum(trip => trip.Sound) / 1_000);
        return
        [
            new("tracks.cabs: positions refused", 100.0 * refused / points, "%"),
            new("tracks.cabs: trips without an impossible step, total", sound.Sum(trip => trip.Ours) / 1_000, "km", soundKilometres, "sum of steps"),
            new("tracks.cabs: of those off by more than 10 % downwards", 100.0 * sound.Count(trip => trip.Ours < 0.9 * trip.Raw) / sound.Count, "%"),
            new("tracks.cabs: trips with an impossible step, total", bad.Sum(trip => trip.Ours) / 1_000, "km", badKilometres, "sum of possible steps"),
            new("tracks.cabs: the same, with all steps", bad.Sum(trip => trip.Raw) / 1_000, "km", badKilometres, "sum of possible steps"),
        ];
    }

    /// <summary>One run of positions with a passenger after the other.</summary>
    static IEnumerable<List<LocationUpdate>> Occupied(string path)
    {
        var (run, cab) = (new List<LocationUpdate>(), "");
        foreach (var row in CsvFile.Rows(path))
        {
            if (run.Count > 0 && (row[0] != cab || row[4] == "0"))
            {
                yield return run;
                run = [];
            }

            cab = row[0];
            var at = DateTimeOffset.FromUnixTimeSeconds(long.Parse(row[1], CultureInfo.InvariantCulture));
            if (row[4] == "1") run.Add(new(CsvFile.Number(row[2]), CsvFile.Number(row[3]), at));
        }
    }

    static string NameOf(int sigma, double lastingSeconds) => $"tracks.{sigma} m{(lastingSeconds == 0 ? "" : $" for {lastingSeconds} s")}";

    // Not System.HashCode, which differs from run to run.
    static int HashCode(int index, int sigma, int interval) => (index * 10_007) + (sigma * 101) + interval;

    static double Total(double[] errors, double[] weights) => errors.Zip(weights, (error, weight) => error * weight).Sum() / weights.Sum();

    static double P90(double[] errors) => errors.Select(Math.Abs).Order().ElementAt(errors.Length * 9 / 10);

    /// <summary>Remembers the track, to tell of each position whether it is refused.</summary>
    sealed class Recorder
    {
        Track track = Track.Empty;

        public bool Refuses(LocationUpdate update)
        {
            var step = track.Add(update, Rules);
            track = step.Track;
            return step.Refusal is not null;
        }
    }
}
