using System.ComponentModel.DataAnnotations;

namespace Tumpang.Locations;

/// <summary>What counts as a position, a track and a driver who may be offered. Section Location. Times are city time unless stated.</summary>
sealed class LocationOptions
{
    /// <summary>How far a phone's clock may run ahead of ours.</summary>
    public TimeSpan MaxClockSkew { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>A driver silent for longer is not offered; an older position says nothing about where the driver is.</summary>
    public TimeSpan OfferableFor { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>A driver silent for longer is taken offline. Also how long Redis remembers one.</summary>
    public TimeSpan OfflineAfter { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>On a ride, a phone may deliver late what it recorded in a tunnel; not later than this.</summary>
    public TimeSpan TrackPointsAcceptedFor { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>How long a completed track waits for points in flight.</summary>
    public TimeSpan TrackGrace { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// A completed track whose last position is not older than this does not wait: what is missing is replaced by the straight line to the
    /// drop-off. Zero waits for a position after the end, or for the grace.
    /// </summary>
    public TimeSpan TrackGap { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the single positions of a ride are kept after its track was closed, or the ride cancelled.</summary>
    public TimeSpan TrackPointsKeptFor { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How long lines of finished tracks are kept, at least: they go by whole months.</summary>
    public TimeSpan TracksKeptFor { get; set; } = TimeSpan.FromDays(400);

    /// <summary>At most one RideProgressed per ride in this time.</summary>
    public TimeSpan ProgressEvery { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>RideNearsEnd is said when the rest of the way takes no longer than this; at least as long as any city of match looks ahead.</summary>
    public TimeSpan NearsEndWithin { get; set; } = TimeSpan.FromMinutes(3);

    /// <summary>RideNearsEnd is said again when the estimate has moved by more than this.</summary>
    public TimeSpan EndMovedBy { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a copy of a duty in Redis is believed before Postgres is asked again.</summary>
    public TimeSpan DutyBelievedFor { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Positions less accurate than this are refused, metres (68 % radius).</summary>
    [Range(5, 1_000)]
    public double MaxAccuracyMetres { get; set; } = 50;

    /// <summary>A step that implies a higher speed is a jump of the receiver, metres per second (216 km/h).</summary>
    [Range(10, 400)]
    public double MaxMetresPerSecond { get; set; } = 60;

    /// <summary>Within this radius a car may stand, metres, whatever accuracy the phone claims.</summary>
    [Range(1, 100)]
    public double MinNoiseMetres { get; set; } = 15;

    /// <summary>
    /// The radius within which a standing car's positions lie, in multiples of their stated accuracy. Three holds also where errors last for a minute,
    /// as those of real receivers do, and no smoothing helps; with errors that change at every position one would do.
    /// </summary>
    [Range(1, 5)]
    public double NoisePerAccuracy { get; set; } = 3;

    /// <summary>
    /// How hard cars accelerate at random: the spectral density of the noise in the filter's model, m²/s³. More follows sharper bends and more noise; at 2
    /// both errors cancel over recorded trips for every noise and interval (benchmark tracks).
    /// </summary>
    [Range(0.01, 100)]
    public double Jolt { get; set; } = 2;

    /// <summary>How long a position waits for later ones before its place is final, by the phone's clock.</summary>
    public TimeSpan SmoothedFor { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Below this speed a meter charges time instead of distance, metres per second (12 mph, the New York tariff).</summary>
    [Range(0, 30)]
    public double SlowBelowMetresPerSecond { get; set; } = 5.364;

    /// <summary>How many calls with positions a process works on at once.</summary>
    [Range(1, 10_000)]
    public int PositionCallsAtOnce { get; set; } = 64;

    /// <summary>How many more of them may wait; further ones are answered with 429.</summary>
    [Range(0, 100_000)]
    public int PositionCallsWaiting { get; set; } = 256;

    /// <summary>A driver who is heard of outside a queue's zone so many times in a row has left the queue.</summary>
    [Range(1, 20)]
    public int OutsidePingsToLeaveQueue { get; set; } = 3;

    /// <summary>The most that one nearby search returns to dispatch.</summary>
    [Range(1, 1_000)]
    public int MaxNearby { get; set; } = 200;

    /// <summary>The widest radius of a nearby search, metres.</summary>
    [Range(100, 100_000)]
    public double MaxRadiusMetres { get; set; } = 20_000;

    /// <summary>
    /// A search is answered from memory while memory is known to have been what Redis held at most so long ago, and by Redis otherwise. So it is also the
    /// time after which every copy offers a driver where another copy was told they are. Zero: always by Redis. System time.
    /// </summary>
    public TimeSpan MirrorBelievedFor { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>How often a copy asks Redis what changed in a city where drivers are searched for. System time.</summary>
    public TimeSpan MirrorFollowsEvery { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How often a copy compares some of the drivers in memory with those in Redis. System time.</summary>
    public TimeSpan MirrorComparedEvery { get; set; } = TimeSpan.FromSeconds(5);
}
