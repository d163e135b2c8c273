using System.Net;
using Tumpang.Simulator.Phones;

namespace Tumpang.Simulator;

/// <summary>How large a rush to drive.</summary>
/// <param name="Minutes">City minutes of demand, 1 to 45.</param>
/// <param name="TripsPerMinute">Recorded trips per city minute after thinning; the record holds about 264.</param>
/// <param name="Drivers">Cars on the road, 1 to 6 874.</param>
/// <param name="Seed">Same seed, same city.</param>
/// <param name="LongestTripMetres">Longer trips (straight line) stay at home; short ones make a short test.</param>
/// <param name="UndecidedOneIn">One passenger in so many wants to go elsewhere once a driver is on the way.</param>
public sealed record RushPlan(
    int Minutes, int TripsPerMinute, int Drivers, int Seed, double LongestTripMetres = double.PositiveInfinity, int UndecidedOneIn = 20);

/// <summary>The rush hour: phones log in, drivers wait, passengers come as they came in 2013, and the city empties again.</summary>
public sealed class RushHour(City city, RushPlan plan)
{
    /// <summary>Logins at a time; a phone network does not switch on at once.</summary>
    const int LoginsAtOnce = 24;

    /// <summary>After the last request the city has this long (city time) to become quiet.</summary>
    static readonly TimeSpan DrainLimit = TimeSpan.FromMinutes(150);

    const int GenerousOneIn = 6;

    readonly Random random = new(plan.Seed);

    public IReadOnlyList<PassengerPhone> Passengers { get; private set; } = [];

    public IReadOnlyList<DriverPhone> Drivers { get; private set; } = [];

    /// <summary>What is going on, for people who watch.</summary>
    public string Phase { get; private set; } = "starting";

    /// <summary>Runs until every passenger's evening is over, and switches the beacons off.</summary>
    public async Task Run(CancellationToken ct)
    {
        var trips = CityData.Trips(plan.Minutes, plan.TripsPerMinute, plan.LongestTripMetres, random);
        Drivers = [.. CityData.DriverStarts(plan.Drivers, random).Select((start, index) => new DriverPhone(city, AddressOf(index, 1), NumberOf(index, 1), start, DriverNatureOf(random)))];
        Passengers = [.. trips.Select((trip, index) => new PassengerPhone(
            city, AddressOf(index, 2), NumberOf(index, 2), trip, PassengerNatureOf(random) with { Undecided = index % plan.UndecidedOneIn == 0, Generous = index % GenerousOneIn == 0 }))];

        await Prepare("drivers log in", Drivers, driver => driver.Prepare(ct), ct);
        using var shift = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var work = Drivers.Select(driver => Live(driver, "driver", () => driver.Work(shift.Token), shift.Token)).ToList();
        await Prepare("passengers log in", Passengers, passenger => passenger.Prepare(ct), ct);

        await LiveThroughDemand(trips, ct);
        await shift.CancelAsync();
        await Task.WhenAll(work);
        Phase = "drivers go home";
        await ForEach(Drivers, driver => Live(driver, "driver", () => driver.GoOffline(ct), ct), ct);
        await ForEach<Phone>([.. Drivers, .. Passengers], phone => phone.DisposeAsync().AsTask(), ct);
        Phase = "done";
    }

    async Task LiveThroughDemand(IReadOnlyList<RecordedTrip> trips, CancellationToken ct)
    {
        Phase = "rush hour";
        var start = city.Clock.GetUtcNow() is var now && now < CityData.DemandStart ? CityData.DemandStart : now;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(city.Clock.ToSystem(start - now + TimeSpan.FromMinutes(plan.Minutes) + DrainLimit));
        var travels = Passengers.Zip(trips, (passenger, trip) => Live(passenger, "passenger", () => TravelAt(passenger, start + trip.AfterStart, limit.Token), limit.Token)).ToList();
        await Task.WhenAll(travels);
        foreach (var passenger in Passengers.Where(passenger => !passenger.IsOver && !passenger.HasFailed))
        {
            city.Measured.Error($"passenger {passenger.UserId} is still {passenger.State} at the end");
        }
    }

    async Task TravelAt(PassengerPhone passenger, DateTimeOffset at, CancellationToken ct)
    {
        if (at - city.Clock.GetUtcNow() is { Ticks: > 0 } wait)
        {
            await Task.Delay(city.Clock.ToSystem(wait), ct);
        }

        await passenger.Travel(ct);
        city.Measured.Count($"ended {passenger.State}");
    }

    async Task Prepare<TPhone>(string phase, IReadOnlyList<TPhone> phones, Func<TPhone, Task> prepare, CancellationToken ct)
        where TPhone : Phone
    {
        Phase = phase;
        await ForEach(phones, phone => Live(phone, phase, () => prepare(phone), ct), ct);
    }

    async Task ForEach<TPhone>(IReadOnlyList<TPhone> phones, Func<TPhone, Task> act, CancellationToken ct) =>
        await Parallel.ForEachAsync(phones, new ParallelOptions { MaxDegreeOfParallelism = LoginsAtOnce, CancellationToken = ct }, async (phone, _) =>
        {
            await act(phone);
            city.Measured.Count(Phase);
        });

    /// <summary>A phone's failure is written down and ends only that phone's day.</summary>
    async Task Live(Phone phone, string who, Func<Task> life, CancellationToken ct)
    {
        try
        {
            await life();
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The shift is over.
        }
        catch (Exception exception)
        {
            phone.HasFailed = true;
            city.Measured.Error($"{who} {phone.UserId}: {exception.GetType().Name}: {exception.Message}");
        }
    }

    /// <summary>Every phone has an address of its own on loopback, as in a real network.</summary>
    static IPAddress AddressOf(int index, byte kind) => new([127, (byte)(10 + kind), (byte)(index / 250), (byte)(1 + (index % 250))]);

    /// <summary>Ten digits that look like New York's 917; of its own for every seed, side and place in the list.</summary>
    string NumberOf(int index, int kind) => $"+1917{20 + (plan.Seed % 80):00}{kind}{index:0000}";

    static DriverNature DriverNatureOf(Random random) => new(
        TimeSpan.FromSeconds(1 + (3 * random.NextDouble())), DeclineShare: 0.04, IgnoreShare: 0.01, random.Next(3, 6), random.Next());

    static PassengerNature PassengerNatureOf(Random random) => new(CardOf(random.Next(100)), Impatient: random.Next(100) < 4, random.Next(3, 6));

    /// <summary>Ten in a hundred pay cash; five have cards on which the provider behaves oddly but pays.</summary>
    static string? CardOf(int draw) => draw switch
    {
        < 10 => null,
        < 12 => "tok_delay",
        < 14 => "tok_webhook_twice",
        < 15 => "tok_pending",
        _ => "tok_ok",
    };
}
