namespace Tumpang.RecordedDay;

/// <summary>All trips of a record, each at its time.</summary>
public sealed class Day(Office office, DayRecord record, int seed)
{
    /// <summary>Registrations at a time.</summary>
    const int AtOnce = 16;

    /// <summary>Nobody rides more than about so often on the day.</summary>
    const int TripsPerPassenger = 8;

    const int FewestPassengers = 200;

    readonly Random random = new(seed);

    /// <summary>What is going on, for people who watch.</summary>
    public string Phase { get; private set; } = "opening";

    /// <summary>Everybody who rode.</summary>
    public IReadOnlyList<Passenger> Passengers { get; private set; } = [];

    /// <summary>Every ride that there was, in order of the trips.</summary>
    public IReadOnlyList<Guid> Rides { get; private set; } = [];

    /// <summary>Opens the books, lives through the day, and returns when the last ride has ended.</summary>
    public async Task Run(CancellationToken ct)
    {
        await Opening.Prepare(office, record, ct);
        var drivers = record.Trips.Select(trip => trip.Cab).Distinct().Index().ToDictionary(cab => cab.Item, cab => new Driver(office, cab.Index));
        var passengers = Math.Max(FewestPassengers, record.Trips.Count / TripsPerPassenger);
        Passengers = [.. Enumerable.Range(0, passengers).Select(_ => new Passenger(office, random))];
        Phase = "registering";
        await Each([.. drivers.Values], driver => driver.Prepare(ct), ct);
        await Each(Passengers, passenger => passenger.Prepare(ct), ct);

        Phase = "the day";
        var journeys = Journeys(drivers);
        await Task.WhenAll(journeys.Select(journey => Live(journey, ct)));
        Rides = [.. journeys.SelectMany(journey => journey.Rides)];
    }

    List<Journey> Journeys(Dictionary<string, Driver> drivers)
    {
        var substitutes = drivers.Values.ToArray();
        return [.. record.Trips.Select((trip, index) => new Journey(
            office, record, trip, Fate.Draw(random), Passengers[index % Passengers.Count], drivers[trip.Cab], substitutes[random.Next(substitutes.Length)]))];
    }

    /// <summary>A journey that goes wrong is written down, and the day goes on.</summary>
    async Task Live(Journey journey, CancellationToken ct)
    {
        try
        {
            await journey.Play(ct);
        }
        catch (Exception exception) when (!ct.IsCancellationRequested)
        {
            office.Measured.Error($"{exception.GetType().Name}: {exception.Message}");
        }
    }

    static Task Each<T>(IReadOnlyList<T> people, Func<T, Task> prepare, CancellationToken ct) => Parallel.ForEachAsync(
        people, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct }, async (person, _) => await prepare(person));
}
