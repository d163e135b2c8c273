using System.Threading.Channels;

namespace Tumpang.ServiceDefaults.Bus;

/// <summary>How outbox rows are spread: one relay holds a shard at a time, so the events of one aggregate leave in order.</summary>
static class OutboxShards
{
    /// <summary>Enough for several copies to share, few enough to hold all at once.</summary>
    public const int Count = 8;

    public static short Of(Guid aggregateId)
    {
        Span<byte> bytes = stackalloc byte[16];
        aggregateId.TryWriteBytes(bytes);
        // The tail of a UUIDv7 is random; its head is time and would put neighbours together.
        return (short)(bytes[15] % Count);
    }
}

/// <summary>Wakes this process's relay after a commit; a poll stands behind it for rows of other copies.</summary>
public sealed class OutboxSignal
{
    // One pending wake is enough: whoever reads the outbox sees all that is committed.
    readonly Channel<bool> wakes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Rows may be waiting.</summary>
    public void Wake() => wakes.Writer.TryWrite(true);

    /// <summary>True when woken, false when the time passed.</summary>
    internal async Task<bool> Wait(TimeSpan atMost, CancellationToken ct)
    {
        if (wakes.Reader.TryRead(out _))
        {
            return true;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(atMost);
        try
        {
            await wakes.Reader.ReadAsync(limit.Token);
            return true;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return false;
        }
    }
}
