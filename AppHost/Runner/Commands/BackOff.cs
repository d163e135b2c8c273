namespace Tumpang.Runner.Commands;

/// <summary>Pauses between restarts: half a second at first, doubling to half a minute, forgotten after a calm minute.</summary>
internal sealed class BackOff
{
    static readonly TimeSpan First = TimeSpan.FromSeconds(0.5);
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    static readonly TimeSpan Calm = TimeSpan.FromMinutes(1);

    readonly TimeProvider time;
    TimeSpan next = First;
    DateTimeOffset last;

    public BackOff(TimeProvider? time = null) => this.time = time ?? TimeProvider.System;

    /// <summary>How long to wait before the restart that is due now.</summary>
    public TimeSpan Next()
    {
        var now = time.GetUtcNow();
        next = now - last > next + Calm ? First : TimeSpan.FromTicks(Math.Min(next.Ticks * 2, Longest.Ticks));
        last = now;
        return next;
    }
}
