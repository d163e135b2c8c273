using System.Collections.Concurrent;

namespace Tumpang.Simulator;

/// <summary>
/// What passenger and driver tell each other face to face, outside the fleet: the start PIN. The only thing that phones of the
/// simulation share.
/// </summary>
public sealed class Street
{
    readonly ConcurrentDictionary<Guid, TaskCompletionSource<string>> pins = new();

    /// <summary>The passenger is ready to say the PIN of this ride.</summary>
    public void TellPin(Guid rideId, string pin) => Of(rideId).TrySetResult(pin);

    /// <summary>The driver asks for the PIN and waits at most this long, system time; null when nobody came.</summary>
    public async Task<string?> AskPin(Guid rideId, TimeSpan patience, CancellationToken ct)
    {
        try
        {
            return await Of(rideId).Task.WaitAsync(patience, ct);
        }
        catch (TimeoutException)
        {
            return null;
        }
        finally
        {
            pins.TryRemove(rideId, out _);
        }
    }

    TaskCompletionSource<string> Of(Guid rideId) =>
        pins.GetOrAdd(rideId, _ => new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously));
}
