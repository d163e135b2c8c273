using System.Collections.Frozen;
using System.ComponentModel.DataAnnotations;
using Tumpang.ServiceDefaults;

namespace Tumpang.Matching;

/// <summary>How a city chooses drivers.</summary>
public enum DispatchMode
{
    /// <summary>Greedy: the cheapest pair of all is matched first, then the cheapest of what is left.</summary>
    Nearest,

    /// <summary>All requests and drivers of a round together, so that the sum of their costs is least.</summary>
    Batched,

    /// <summary>Several drivers are asked for one request at once; the first acceptance wins.</summary>
    Broadcast,
}

/// <summary>How a dispatch round went.</summary>
public enum RoundResult
{
    /// <summary>There was no request to serve.</summary>
    NobodyWaited,

    /// <summary>Every request found somebody to ask.</summary>
    EverybodyServed,

    /// <summary>Requests were left over: there is competition for drivers.</summary>
    SomeLeftOver,
}

/// <summary>
/// How one city matches. Set under <c>Matching:Default</c> for all cities and under <c>Matching:Cities:{cityId}</c> for one;
/// a city inherits what it does not set. Spans are city time unless they say otherwise.
/// </summary>
public sealed class CityRules
{
    /// <summary>How long a driver may think about an offer.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan OfferTime { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Nobody is asked when less than this is left of the search.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan ShortestOfferTime { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>After this long without a match the passenger is told that no driver was found.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan SearchTime { get; set; } = TimeSpan.FromMinutes(3);

    /// <summary>A zone dispatches at once when idle and then at most once per window. System time: it paces machines, not people.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:10")]
    public TimeSpan DispatchWindow { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// The window after a round in which every request found a driver: gathering requests pays only where they compete. System time; not
    /// longer than <see cref="DispatchWindow"/>, however it is set.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:10")]
    public TimeSpan QuietWindow { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How far from the pickup drivers are looked for at first, metres.</summary>
    [Range(100, 100_000)]
    public int FirstRadiusMetres { get; set; } = 2_000;

    /// <summary>By how much the radius grows at every step, metres.</summary>
    [Range(0, 100_000)]
    public int RadiusStepMetres { get; set; } = 1_000;

    /// <summary>How often the radius grows.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan RadiusStepTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Where the radius stops growing, metres.</summary>
    [Range(100, 100_000)]
    public int LastRadiusMetres { get; set; } = 8_000;

    /// <summary>How many drivers are considered for one request in one round.</summary>
    [Range(1, 200)]
    public int CandidatesPerRequest { get; set; } = 20;

    /// <summary>How many requests one round takes in, the oldest first.</summary>
    [Range(1, 1_000)]
    public int RequestsPerRound { get; set; } = 100;

    /// <summary>How drivers are chosen.</summary>
    [EnumDataType(typeof(DispatchMode))]
    public DispatchMode Mode { get; set; } = DispatchMode.Batched;

    /// <summary>Every second of waiting counts like so many seconds less to the pickup, so that the patient are served first.</summary>
    [Range(0.0, 100.0)]
    public double WaitedWeight { get; set; } = 0.3;

    /// <summary>Every second that a driver has been free since the last ride counts like so many seconds less to the pickup, for half an hour at most.</summary>
    [Range(0.0, 1.0)]
    public double IdleWeight { get; set; } = 0.01;

    /// <summary>A driver who accepts no offer counts as this much further away; one who accepts half of them, half as much.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:30:00")]
    public TimeSpan RefusalPenalty { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>A driver who gives every accepted ride up counts as this much further away; in proportion.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:30:00")]
    public TimeSpan CancellationPenalty { get; set; } = TimeSpan.FromSeconds(40);

    /// <summary>
    /// For a driver who wants to end up somewhere, every second of driving that a ride brings them nearer counts like so many seconds less to the pickup; every
    /// second that it leads away, like so many more.
    /// </summary>
    [Range(0.0, 2.0)]
    public double HomewardWeight { get; set; } = 0.25;

    /// <summary>But not more than this: no passenger waits much longer so that a driver gets home.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:30:00")]
    public TimeSpan HomewardLimit { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>A driver who is a favourite of the passenger counts as this much nearer.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:30:00")]
    public TimeSpan FavouriteCredit { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// For a passenger whose driver gave the ride up every driver counts as this much nearer. More than any drive within the last radius: such requests are
    /// served before all others. It does not choose between drivers.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "02:00:00")]
    public TimeSpan GivenUpCredit { get; set; } = TimeSpan.FromHours(1);

    /// <summary>At an airport or a station: every driver further back in its queue counts as this much further away.</summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:01:00")]
    public TimeSpan QueueRankWeight { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>At an airport or a station where drivers queue: a driver who is not in the queue counts as this much further away.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:30:00")]
    public TimeSpan QueueJumpPenalty { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>A driver who ends a ride within this time may be promised to the next passenger. Zero: only who is free is asked.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:15:00")]
    public TimeSpan ForwardHorizon { get; set; } = TimeSpan.FromMinutes(3);

    /// <summary>A driver who still drives another passenger counts as this much further away than the estimate says: passengers pay, forget things, or change their minds.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:30:00")]
    public TimeSpan ForwardPenalty { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Batched only: leaving a request for a later round counts like a drive of this long, so a driver who is further away is
    /// saved for somebody nearer. Zero: every round serves as many requests as it can, however far away.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan UnmatchedPenalty { get; set; } = TimeSpan.FromMinutes(7);

    /// <summary>Broadcast only: how many of the nearest are asked at once.</summary>
    [Range(1, 20)]
    public int DriversAskedAtOnce { get; set; } = 5;

    /// <summary>The highest tip that a passenger can promise while searching, percent of the quoted fare: a slip of the finger should not cost a day's pay.</summary>
    [Range(0, 1_000)]
    public int HighestTipPercent { get; set; } = 100;

    /// <summary>Both sides must agree: after the driver the passenger is asked.</summary>
    public bool PassengerConfirms { get; set; }

    /// <summary>How long the passenger may think about the driver.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan PassengerConfirmTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Open offers that one request may have at a time.</summary>
    public int OffersPerRequest => Mode is DispatchMode.Broadcast ? DriversAskedAtOnce : 1;

    /// <summary>
    /// A method may be asked with a moment after it was added, before match has heard of it; the request waits for it that long. System time.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan PaymentMethodPatience { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>A ride can be scheduled so far ahead at least; whoever wants to leave sooner asks for a ride now.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan SoonestPickup { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>A ride can be scheduled so far ahead at most.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "90.00:00:00")]
    public TimeSpan LatestPickup { get; set; } = TimeSpan.FromDays(30);

    /// <summary>The search for a scheduled ride begins this long before the driver would have to leave.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:30:00")]
    public TimeSpan SearchAhead { get; set; } = TimeSpan.FromMinutes(3);

    /// <summary>The search for a scheduled ride begins so long before the pickup at the latest.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan ShortestLead { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The search for a scheduled ride begins so long before the pickup at the earliest, which is what happens where drivers are few.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "02:00:00")]
    public TimeSpan LongestLead { get; set; } = TimeSpan.FromMinutes(25);

    /// <summary>The search for a scheduled ride goes on for so long after the time of pickup.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan PickupPatience { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Why a ride cannot be scheduled for this time; null when it can, or is wanted at once.</summary>
    public Problem? WhyNotPickUpAt(DateTimeOffset? pickupAt, DateTimeOffset now) =>
        pickupAt is null || (pickupAt >= now + SoonestPickup && pickupAt <= now + LatestPickup) ? null : MatchProblems.PickupTimeInvalid(this);

    /// <summary>How long before the pickup the search for a scheduled ride begins.</summary>
    /// <param name="driveSeconds">The drive to the pickup as it would be now; null where nobody could come.</param>
    public TimeSpan LeadFor(double? driveSeconds)
    {
        var wanted = driveSeconds is { } seconds ? SearchAhead + TimeSpan.FromSeconds(seconds) : LongestLead;
        return wanted < ShortestLead ? ShortestLead : wanted > LongestLead ? LongestLead : wanted;
    }

    /// <summary>How long a zone pauses after a round.</summary>
    public TimeSpan PauseAfter(RoundResult round) => round is RoundResult.EverybodyServed && QuietWindow < DispatchWindow ? QuietWindow : DispatchWindow;

    /// <summary>Whether a pair of this cost is worse than leaving the request for a later round.</summary>
    public bool IsTooFar(double costSeconds) =>
        Mode is DispatchMode.Batched && UnmatchedPenalty > TimeSpan.Zero && costSeconds >= UnmatchedPenalty.TotalSeconds;

    /// <summary>How far to look for a request that has waited this long.</summary>
    public int RadiusMetres(TimeSpan waited)
    {
        var steps = (long)Math.Max(0, waited / RadiusStepTime);
        return (int)Math.Min(Math.Max(FirstRadiusMetres, LastRadiusMetres), FirstRadiusMetres + (steps * RadiusStepMetres));
    }
}

/// <summary>The rules of every city of the fleet; a wrong setting stops the start.</summary>
public sealed class MatchingRules
{
    readonly FrozenDictionary<string, CityRules> byCity;

    public MatchingRules(Cities cities, IConfiguration configuration) =>
        byCity = cities.All.ToFrozenDictionary(city => city.Id, city => Read(configuration, city.Id), StringComparer.Ordinal);

    /// <summary>Before this time nothing has to be known of a scheduled ride, in whichever city.</summary>
    public TimeSpan LongestLead => byCity.Values.Max(rules => rules.LongestLead);

    /// <summary>The rules of a city of the fleet.</summary>
    public CityRules Of(string cityId) => byCity[cityId];

    static CityRules Read(IConfiguration configuration, string cityId)
    {
        var rules = new CityRules();
        configuration.GetSection("Matching:Default").Bind(rules);
        configuration.GetSection($"Matching:Cities:{cityId}").Bind(rules);
        Validator.ValidateObject(rules, new(rules), validateAllProperties: true);
        return rules;
    }
}
