using System.ComponentModel.DataAnnotations;

namespace Tumpang.Realtime;

/// <summary>Settings of realtime; all times are system time, for a socket knows no city.</summary>
sealed class RealtimeOptions
{
    /// <summary>How often the server pings a socket; one that does not answer within twice this is dropped.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan PingEvery { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long an inbox outlives its last event.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "7.00:00:00")]
    public TimeSpan InboxLifetime { get; set; } = TimeSpan.FromHours(2);

    /// <summary>About how many events an inbox holds before the oldest go.</summary>
    [Range(10, 100_000)]
    public int InboxLength { get; set; } = 500;

    /// <summary>Bytes of the longest frame that a phone may send.</summary>
    [Range(1_024, 1_048_576)]
    public int LongestFrameBytes { get; set; } = 65_536;

    /// <summary>How long positions are gathered before they go to location together.</summary>
    [Range(typeof(TimeSpan), "00:00:00.005", "00:00:01")]
    public TimeSpan GatherPositionsFor { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Frames of positions that may wait for location, per lane; beyond it phones are told to slow down.</summary>
    [Range(16, 1_000_000)]
    public int WaitingFrames { get; set; } = 4_096;
}
