using System.Text.Json.Serialization;
using Tumpang.Contracts;

namespace Tumpang.Locations;

/// <summary>One position as a phone reports it.</summary>
/// <param name="RecordedAt">When the receiver took it, city time; compared to the millisecond.</param>
/// <param name="AccuracyMetres">68 % radius; absent when the phone does not know.</param>
sealed record LocationUpdate(double Latitude, double Longitude, DateTimeOffset RecordedAt, double? AccuracyMetres = null)
{
    [JsonIgnore]
    public GeoPoint Position => new(Latitude, Longitude);

    [JsonIgnore]
    public Fix Fix => new(Position, RecordedAt);

    /// <summary>The same point with its time in UTC and cut to what every store keeps, so that a point sent again compares equal.</summary>
    public LocationUpdate Normalised() => this with
    {
        RecordedAt = DateTimeOffset.FromUnixTimeMilliseconds(RecordedAt.ToUnixTimeMilliseconds()),
    };
}

/// <summary>A place and a time that we believe.</summary>
readonly record struct Fix(GeoPoint Position, DateTimeOffset At);

/// <summary>Why a position was not used. On the wire in kebab case.</summary>
enum Refusal
{
    /// <summary>Not a place on Earth, or the (0, 0) of a dead receiver.</summary>
    Invalid,

    /// <summary>Ahead of our clock by more than clocks err.</summary>
    InTheFuture,

    /// <summary>Too old to say anything.</summary>
    Stale,

    /// <summary>Older than one that was accepted already.</summary>
    OutOfOrder,

    /// <summary>Seen before.</summary>
    Duplicate,

    /// <summary>The receiver itself does not trust it.</summary>
    Inaccurate,

    /// <summary>No car gets there that fast.</summary>
    Teleport,

    /// <summary>The driver is not on duty: nobody may know where they are.</summary>
    OffDuty,
}

/// <summary>How many positions of one driver were used, and why the others were not.</summary>
sealed class Tally
{
    readonly SortedDictionary<Refusal, int> refused = [];

    public int Accepted { get; private set; }

    public void Accept() => Accepted++;

    public void Refuse(Refusal reason) => refused[reason] = refused.GetValueOrDefault(reason) + 1;

    public PositionsAnswer ToAnswer() => new(Accepted, refused.ToDictionary(pair => NameOf(pair.Key), pair => pair.Value));

    public IEnumerable<(string Outcome, int Count)> Outcomes() =>
        refused.Select(pair => (NameOf(pair.Key), pair.Value)).Append(("accepted", Accepted)).Where(outcome => outcome.Item2 > 0);

    static string NameOf(Refusal refusal) => refusal switch
    {
        Refusal.Invalid => "invalid",
        Refusal.InTheFuture => "in-the-future",
        Refusal.Stale => "stale",
        Refusal.OutOfOrder => "out-of-order",
        Refusal.Duplicate => "duplicate",
        Refusal.Inaccurate => "inaccurate",
        Refusal.Teleport => "teleport",
        _ => "off-duty",
    };
}

/// <summary>The answer to reported positions: how many were used, and how many were refused for which reason.</summary>
sealed record PositionsAnswer(int Accepted, IReadOnlyDictionary<string, int> Refused);
