using Tumpang.Contracts;

namespace Tumpang.Rides;

/// <summary>What one side may say about the other, apart from stars. A closed list, so that it can be counted and shown in any language.</summary>
static class RatingReasons
{
    /// <summary>More than this is a comment.</summary>
    public const int Most = 5;

    static readonly string[] OfDrivers =
    [
        "safe-driving", "friendly", "clean-vehicle", "good-route", "helpful", "unsafe-driving", "unfriendly", "dirty-vehicle", "poor-route", "late", "other-vehicle",
        "asked-for-more-money",
    ];

    static readonly string[] OfPassengers =
        ["friendly", "on-time", "easy-to-find", "kept-waiting", "hard-to-find", "unfriendly", "left-a-mess", "unsafe-behaviour", "too-many-people"];

    /// <summary>What this side may say of the other.</summary>
    public static IReadOnlyList<string> Of(Party by) => by is Party.Passenger ? OfDrivers : OfPassengers;
}
