using Tumpang.Contracts;
using Tumpang.Matching;
using Tumpang.Matching.Dispatch;
using Tumpang.Roads;
using Tumpang.Simulator;

namespace Tumpang.Benchmarks;

/// <summary>The recorded rush hour on the nodes of the road graph, with the driving time between any two of them.</summary>
sealed class RecordedCity
{
    readonly int[,] seconds;
    readonly float[,] metres;
    readonly Dictionary<GeoPoint, int> nodeOf = [];

    public RecordedCity(int seed)
    {
        var random = new Random(seed);
        var trips = CityData.AllTrips(random);
        Starts = [.. CityData.DriverStarts(int.MaxValue, random).Select(NodeOf)];
        Trips = [.. trips.Select(trip => new Trip(trip.AfterStart.TotalSeconds, NodeOf(trip.Pickup), NodeOf(trip.DropOff)))];
        Positions = [.. nodeOf.OrderBy(node => node.Value).Select(node => node.Key)];
        GeoPoint[] positions = [.. Positions];
        seconds = new int[Positions.Count, Positions.Count];
        metres = new float[Positions.Count, Positions.Count];
        Parallel.For(0, Positions.Count, from =>
        {
            var estimates = new RouteEstimate[Positions.Count];
            RoadNetwork.Manhattan.FromOne(Positions[from], positions, estimates);
            for (var to = 0; to < Positions.Count; to++)
            {
                seconds[from, to] = estimates[to].DurationSeconds;
                metres[from, to] = (float)Positions[from].MetresTo(Positions[to]);
            }
        });
    }

    public IReadOnlyList<Trip> Trips { get; }

    /// <summary>Where taxis became free in that hour, in the order of the seed.</summary>
    public IReadOnlyList<int> Starts { get; }

    public IReadOnlyList<GeoPoint> Positions { get; }

    public int Seconds(int from, int to) => seconds[from, to];

    /// <summary>Straight line.</summary>
    public float Metres(int from, int to) => metres[from, to];

    int NodeOf(GeoPoint point)
    {
        var crossing = RoadNetwork.Manhattan.NearestCrossing(point);
        nodeOf.TryAdd(crossing, nodeOf.Count);
        return nodeOf[crossing];
    }

    /// <param name="At">Seconds after 16:00.</param>
    public readonly record struct Trip(double At, int Pickup, int DropOff);
}

/// <summary>How a policy did.</summary>
/// <param name="MeanSeconds">From the request to the driver at the door, of those who were served.</param>
/// <param name="P95Seconds">The same; 95 % were quicker.</param>
/// <param name="MeanDriveSeconds">The driver's part of it: from the acceptance to the door.</param>
/// <param name="UnservedShare">Searches that ended without a driver, of all.</param>
sealed record ReplayResult(double MeanSeconds, double P95Seconds, double MeanDriveSeconds, double UnservedShare)
{
    public static ReplayResult Mean(IReadOnlyCollection<ReplayResult> results) => new(
        results.Average(result => result.MeanSeconds), results.Average(result => result.P95Seconds),
        results.Average(result => result.MeanDriveSeconds), results.Average(result => result.UnservedShare));
}

/// <summary>
/// Plays the recorded rush hour against one policy in steps of half a second. Who is chosen is decided by the code of the service:
/// <see cref="PairCost"/>, <see cref="Assignment"/> and the radius of <see cref="CityRules"/>; nothing is asked of a fleet. Drivers think
/// 1 to 4 s, decline 4 % and ignore 1 % of offers, by a hash of driver and request, hence alike under every policy.
/// </summary>
sealed class CityReplay(RecordedCity city, CityRules rules, int drivers)
{
    /// <summary>From the door until the car moves.</summary>
    public const int BoardingSeconds = 30;

    const double Step = 0.5;
    const int DeclinedPerCent = 4, IgnoredPerCent = 1;

    readonly DateTimeOffset start = CityData.DemandStart;
    readonly Car[] cars = [.. Enumerable.Range(0, drivers).Select(number => new Car(number, city.Starts[number % city.Starts.Count]))];
    readonly Dictionary<Guid, Car> carOf = [];
    readonly List<Search> waiting = [];
    readonly PriorityQueue<Answer, double> answers = new();
    readonly float[] distances = new float[drivers];
    readonly Car[] near = new Car[drivers];
    readonly List<double> waits = [], drives = [];
    int unserved;

    public ReplayResult Run()
    {
        foreach (var car in cars)
        {
            carOf.Add(car.Id, car);
        }

        var window = Math.Max(1, (int)Math.Round(rules.DispatchWindow.TotalSeconds / Step));
        var next = 0;
        for (var step = 0; next < city.Trips.Count || waiting.Count > 0; step++)
        {
            var now = step * Step;
            Answers(now);
            for (; next < city.Trips.Count && city.Trips[next].At <= now; next++) waiting.Add(new(next, city, start));
            End(now);
            if (step % window == 0) Round(now);
        }

        waits.Sort();
        return new(waits.Average(), waits[(int)(waits.Count * 0.95)], drives.Average(), (double)unserved / city.Trips.Count);
    }

    void Round(double now)
    {
        var at = start + TimeSpan.FromSeconds(now);
        var free = cars.Where(car => car.FreeAt <= now && car.Offer is null).ToArray();
        var candidates = new List<Candidate>();
        foreach (var search in waiting.Where(search => search.Open == 0).Take(rules.RequestsPerRound))
        {
            var found = Near(search, free, at);
            var seconds = Array.ConvertAll(found, driver => (double)city.Seconds(carOf[driver.DriverId].Node, search.Trip.Pickup));
            candidates.AddRange(PairCost.Candidates(search.Request, found, seconds, rules, at));
        }

        var byId = waiting.ToDictionary(search => search.Request.RideRequestId);
        foreach (var pair in Assignment.Choose(candidates, rules)) Offer(byId[pair.RideRequestId], carOf[pair.DriverId], now);
    }

    NearbyDriver[] Near(Search search, Car[] free, DateTimeOffset at)
    {
        var radius = rules.RadiusMetres(at - search.Request.RequestedAt);
        var count = 0;
        foreach (var car in free)
        {
            var metres = city.Metres(car.Node, search.Trip.Pickup);
            if (metres <= radius && !search.Asked.Contains(car)) (distances[count], near[count++]) = (metres, car);
        }

        Array.Sort(distances, near, 0, count);
        return [.. near.Take(Math.Min(count, rules.CandidatesPerRequest)).Select((car, index) =>
            new NearbyDriver(car.Id, city.Positions[car.Node], distances[index], at))];
    }

    void Offer(Search search, Car car, double now)
    {
        var draw = new Random(HashCode(car.Number, search.Number));
        var (think, mood) = (1 + (3 * draw.NextDouble()), draw.Next(100));
        (car.Offer, search.Open) = (search, search.Open + 1);
        search.Asked.Add(car);
        var ignored = mood < IgnoredPerCent;
        answers.Enqueue(new(search, car, Accepts: mood >= IgnoredPerCent + DeclinedPerCent), now + (ignored ? rules.OfferTime.TotalSeconds : think));
    }

    void Answers(double now)
    {
        while (answers.TryPeek(out _, out var at) && at <= now)
        {
            var (search, car, accepts) = answers.Dequeue();
            if (car.Offer != search)
            {
                continue;
            }

            (car.Offer, search.Open) = (null, search.Open - 1);
            if (accepts) Accept(search, car, at);
        }
    }

    void Accept(Search search, Car car, double at)
    {
        // A driver who only lost to a quicker one is free again.
        foreach (var other in search.Asked.Where(other => other.Offer == search)) other.Offer = null;
        waiting.Remove(search);
        var drive = city.Seconds(car.Node, search.Trip.Pickup);
        car.FreeAt = at + drive + BoardingSeconds + city.Seconds(search.Trip.Pickup, search.Trip.DropOff);
        car.Node = search.Trip.DropOff;
        drives.Add(drive);
        waits.Add(at + drive - search.Trip.At);
    }

    void End(double now) =>
        unserved += waiting.RemoveAll(search => search.Open == 0 && now - search.Trip.At >= rules.SearchTime.TotalSeconds);

    // System.HashCode differs from run to run.
    static int HashCode(int driver, int request) => unchecked((int)((((uint)driver * 2_654_435_761) ^ ((uint)request * 2_246_822_519)) * 3_266_489_917));

    sealed class Car(int number, int node)
    {
        public int Number => number;

        public Guid Id { get; } = new(number, 2, 0, new byte[8]);

        public int Node { get; set; } = node;

        public double FreeAt { get; set; }

        public Search? Offer { get; set; }
    }

    sealed class Search(int number, RecordedCity city, DateTimeOffset start)
    {
        public int Number => number;

        public RecordedCity.Trip Trip => city.Trips[number];

        public HashSet<Car> Asked { get; } = [];

        /// <summary>Offers that are being thought about.</summary>
        public int Open { get; set; }

        public WaitingRequest Request { get; } = RequestOf(number, city, start + TimeSpan.FromSeconds(city.Trips[number].At));

        static WaitingRequest RequestOf(int number, RecordedCity city, DateTimeOffset at)
        {
            var (pickup, dropOff) = (city.Positions[city.Trips[number].Pickup], city.Positions[city.Trips[number].DropOff]);
            return new(
                new(number, 1, 0, new byte[8]), default, pickup.Latitude, pickup.Longitude, dropOff.Latitude, dropOff.Longitude, 0, "USD", at, DateTimeOffset.MaxValue, PickupAt: null, "");
        }
    }

    readonly record struct Answer(Search Search, Car Car, bool Accepts);
}
