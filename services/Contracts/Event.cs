using System.Text.Json.Serialization;

namespace Tumpang.Contracts;

/// <summary>
/// A fact that one service publishes and others act on. Past tense, immutable, versioned by addition only:
/// optional fields may be added; nothing is renamed and no unit changes.
/// </summary>
public abstract record Event
{
    /// <summary>Identity of the fact, UUIDv7. With the consumer's name it is the key of every inbox.</summary>
    public Guid EventId { get; init; } = Guid.CreateVersion7();

    /// <summary>When it happened, UTC, in city time.</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>Version of the aggregate after this event, from 1. A consumer that has seen a higher one ignores this.</summary>
    public required long Version { get; init; }

    /// <summary>The thing whose history this belongs to; relays keep the order of events of one aggregate.</summary>
    [JsonIgnore]
    public abstract Guid AggregateId { get; }
}
