using System.Runtime.InteropServices;

namespace Tumpang.Runner.Commands;

/// <summary>Ctrl-C, SIGTERM and a closed terminal all mean the same: stop everything, in order.</summary>
internal static class Signals
{
    static readonly CancellationTokenSource Source = new();

    static readonly PosixSignalRegistration[] Registrations =
        [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT }.Select(signal => PosixSignalRegistration.Create(signal, Ask))];

    /// <summary>Cancelled by the first of them; further ones change nothing, for stopping is under way.</summary>
    public static CancellationToken Stop => Registrations.Length > 0 ? Source.Token : default;

    static void Ask(PosixSignalContext context)
    {
        context.Cancel = true;
        // Not on the signal's own thread: what stops may take its time.
        ThreadPool.QueueUserWorkItem(_ => Source.Cancel());
    }
}
