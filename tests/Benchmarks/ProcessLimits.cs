using System.Diagnostics;
using System.Globalization;

namespace Tumpang.Benchmarks;

/// <summary>What the kernel says about a process: how many files it may open, how much memory it has, and how long it has run.</summary>
public static class ProcessLimits
{
    /// <summary>Throws, with what to do, when a process may not open as many files. The runtime has raised its soft limit to the hard one already.</summary>
    public static void MustBearFiles(int pid, string name, int needed)
    {
        var line = File.ReadLines($"/proc/{pid}/limits").First(each => each.StartsWith("Max open files", StringComparison.Ordinal));
        var soft = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];
        if (soft != "unlimited" && int.Parse(soft, CultureInfo.InvariantCulture) < needed)
        {
            throw new InvalidOperationException(
                $"{name} may open {soft} files and needs {needed}. That is the hard limit, which only root raises: ulimit -n {needed} in root's shell before ./fleet, LimitNOFILE of a unit, "
                + $"or /etc/security/limits.conf. Or measure fewer phones: {SocketsBenchmark.PhonesVariable}=<number> ./fleet bench sockets.");
        }
    }

    /// <summary>The resident set of a process, bytes.</summary>
    public static long ResidentBytes(int pid)
    {
        var line = File.ReadLines($"/proc/{pid}/status").First(each => each.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1_024;
    }

    /// <summary>Processor time that a process has used, in user and kernel, to the hundredth of a second.</summary>
    public static TimeSpan ProcessorTime(int pid)
    {
        using var process = Process.GetProcessById(pid);
        return process.TotalProcessorTime;
    }
}
