namespace Tumpang.Testing;

/// <summary>Waits for a condition with a deadline, so that a test is as quick as the fleet and as patient as a slow machine needs.</summary>
public static class Eventually
{
    static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);
    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    /// <summary>The first value that satisfies the condition; TimeoutException, with the last value, when none does in time.</summary>
    public static async Task<T> Get<T>(Func<Task<T>> read, Func<T, bool> until, CancellationToken ct)
    {
        var deadline = TimeProvider.System.GetUtcNow() + Deadline;
        while (true)
        {
            // Looked at before the last look, so that a machine that stood still in between does not decide.
            var isLast = TimeProvider.System.GetUtcNow() > deadline;
            var value = await read();
            if (until(value))
            {
                return value;
            }

            if (isLast)
            {
                throw new TimeoutException($"Still {value} after {Deadline.TotalSeconds:0} s.");
            }

            await Task.Delay(Poll, ct);
        }
    }
}
