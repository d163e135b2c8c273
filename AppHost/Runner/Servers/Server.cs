using System.Diagnostics;
using System.Net.Sockets;
using Tumpang.Runner.Processes;

namespace Tumpang.Runner.Servers;

/// <summary>One server process of ours on loopback: started, awaited, recorded, stopped.</summary>
public abstract class Server(string name, int port, string logFile, ProcessRegistry registry)
{
    /// <summary>One that cannot start ends by itself; one that is still at it shares its cores with builds and other fleets.</summary>
    static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(180);

    static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(20);

    Process? process;

    /// <summary>Its name in messages, logs and records.</summary>
    public string Name => name;

    /// <summary>The port on 127.0.0.1 where it listens.</summary>
    public int Port => port;

    /// <summary>Where its output goes.</summary>
    public string LogFile => logFile;

    /// <summary>The running process; null when it is not running.</summary>
    public ProcessIdentity? Running => registry.Find(name);

    /// <summary>The signal that stops it cleanly.</summary>
    private protected virtual Signal StopSignal => Signal.Terminate;

    /// <summary>Starts it and waits until it answers.</summary>
    public async Task Start(CancellationToken ct)
    {
        if (!await PortCheck.IsFree(port, ct))
        {
            throw new FleetException($"Port {port}, which {name} needs, is in use. Stop what uses it, or choose another range: FLEET_PORTS=<first port> ./fleet …");
        }

        process = (await Prepare(ct)).Start();
        registry.Add(name, ProcessIdentity.Of(process.Id) ?? throw DiedAtStart(), StopSignal);
        var deadline = Stopwatch.StartNew();
        while (!await Answers(ct))
        {
            if (process.HasExited || deadline.Elapsed > StartPatience)
            {
                throw DiedAtStart();
            }

            await Task.Delay(25, ct);
        }
    }

    /// <summary>Completes when the process has ended, whoever ended it.</summary>
    public Task WaitForExit(CancellationToken ct) => process?.WaitForExitAsync(ct) ?? Task.CompletedTask;

    /// <summary>Stops it cleanly; kills it when it does not end in time.</summary>
    public async Task Stop()
    {
        if (Running is { } running)
        {
            await running.Stop(StopSignal, StopPatience);
        }

        Forget();
    }

    /// <summary>Kills it without warning, as a crash would.</summary>
    public async Task Kill()
    {
        if (Running is { } running)
        {
            await running.Stop(Signal.Kill, StopPatience);
        }

        Forget();
    }

    /// <summary>Writes what the server needs to start, and says how to start it.</summary>
    private protected abstract Task<Launch> Prepare(CancellationToken ct);

    /// <summary>Whether it serves clients now.</summary>
    private protected abstract Task<bool> Answers(CancellationToken ct);

    void Forget()
    {
        registry.Remove(name);
        process?.Dispose();
        process = null;
    }

    FleetException DiedAtStart() => new($"{name} did not start; the end of {logFile}:\n{LogTail.Of(logFile, 15)}");
}

/// <summary>Looks at local ports.</summary>
static class PortCheck
{
    /// <summary>A server that was just killed may hold its port for a moment longer.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>True once nobody listens on this port of the loopback; false when somebody still does after a moment.</summary>
    public static async Task<bool> IsFree(int port, CancellationToken ct)
    {
        var waited = Stopwatch.StartNew();
        while (IsTaken(port))
        {
            if (waited.Elapsed > Patience)
            {
                return false;
            }

            await Task.Delay(50, ct);
        }

        return true;
    }

    /// <summary>Whether somebody listens on this port of the loopback already.</summary>
    public static bool IsTaken(int port)
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            probe.Connect(System.Net.IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

/// <summary>The last words of a log.</summary>
public static class LogTail
{
    /// <summary>At most <paramref name="lines"/> last lines of the file; empty when there is none.</summary>
    public static string Of(string path, int lines) => File.Exists(path) ? string.Join('\n', File.ReadLines(path).TakeLast(lines)) : "";
}
