using System.Runtime.InteropServices;

namespace Tumpang.Runner.Processes;

/// <summary>One process for certain: a pid alone may have been given to somebody else since.</summary>
/// <param name="StartedTicks">Kernel ticks since boot at which it started (/proc/&lt;pid&gt;/stat, field 22).</param>
public readonly partial record struct ProcessIdentity(int Pid, long StartedTicks)
{
    /// <summary>The process that has this pid now; null when nobody has.</summary>
    public static ProcessIdentity? Of(int pid) => Read(pid) is { HasEnded: false } stat ? new(pid, stat.StartedTicks) : null;

    /// <summary>Whether it still runs; a zombie does not.</summary>
    public bool IsAlive => Of(Pid) == this;

    /// <summary>Asks it to stop, or kills it. Nothing happens when it is gone.</summary>
    public void Send(Signal signal)
    {
        if (IsAlive)
        {
            _ = Kill(Pid, (int)signal);
        }
    }

    /// <summary>Waits until it is gone; false when it still runs after <paramref name="patience"/>.</summary>
    public async Task<bool> HasExited(TimeSpan patience)
    {
        var deadline = TimeProvider.System.GetUtcNow() + patience;
        while (IsAlive)
        {
            if (TimeProvider.System.GetUtcNow() > deadline)
            {
                return false;
            }

            await Task.Delay(20);
        }

        return true;
    }

    /// <summary>Stops it with <paramref name="signal"/>, and kills it if it does not listen.</summary>
    public async Task Stop(Signal signal, TimeSpan patience)
    {
        Send(signal);
        if (!await HasExited(patience))
        {
            Send(Signal.Kill);
            await HasExited(TimeSpan.FromSeconds(5));
        }
    }

    /// <summary>
    /// Memory that it and its children hold now, in bytes; 0 when it is gone. Shared pages are split among their holders, so that
    /// the many processes of Postgres are not counted as many times its cache.
    /// </summary>
    public long ResidentBytes => OwnResidentBytes + Children(Pid).Sum(Proportional);

    /// <summary>Memory that it holds without its children.</summary>
    public long OwnResidentBytes => Proportional(Pid);

    static long Proportional(int pid)
    {
        try
        {
            var line = File.ReadLines($"/proc/{pid}/smaps_rollup").FirstOrDefault(line => line.StartsWith("Pss:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.AsSpan(4, line.Length - 4 - " kB".Length).Trim()) << 10;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    static int[] Children(int pid)
    {
        try
        {
            return [.. File.ReadAllText($"/proc/{pid}/task/{pid}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
        }
        catch (IOException)
        {
            return [];
        }
    }

    /// <summary>The first thread of a process may be a zombie while the others, still ending, hold its files and ports.</summary>
    static (bool HasEnded, long StartedTicks)? Read(int pid)
    {
        try
        {
            // The second field is the command in parentheses and may hold anything, so count from the last one.
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (fields[0] is "Z" or "X" && long.Parse(fields[17]) <= 1, long.Parse(fields[19]));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}

/// <summary>The signals that we send, by their Linux numbers.</summary>
public enum Signal
{
    /// <summary>Fast shutdown of Postgres.</summary>
    Interrupt = 2,

    /// <summary>No farewell at all, as in a crash.</summary>
    Kill = 9,

    /// <summary>Please stop.</summary>
    Terminate = 15,

    /// <summary>Goes on after <see cref="Pause"/>.</summary>
    Continue = 18,

    /// <summary>Freezes it: it holds its connections and answers nothing.</summary>
    Pause = 19,
}
