namespace Tumpang.Testing;

/// <summary>Waits for a condition with a deadline, so that a test is as quick as the fleet and as patient as a slow machine needs.</summary>
public static class Eventually
{
    /// <summary>Only a broken fleet uses it up.</summary>
    static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    /// <summary>The first value that satisfies the condition; TimeoutException, with the last value, when none does in time.</summary>
    public static async Task<T> Get<T>(Func<Task<T>> read, Func<T, bool> until, CancellationToken ct)
    {
        var deadline = TimeProvider.System.GetUtcNow() + Deadline;
        while (true)
        {
            var value = await read();
            if (until(value))
            {
                return value;
            }

            if (TimeProvider.System.GetUtcNow() > deadline)
            {
                throw new TimeoutException($"Still {value} after {Deadline.TotalSeconds:0} s.");
            }

            await Task.Delay(Poll, ct);
        }
    }
}
