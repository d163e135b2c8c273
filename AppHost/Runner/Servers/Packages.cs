using Tumpang.Runner.Processes;

namespace Tumpang.Runner.Servers;

/// <summary>The servers as Debian packages: looked for, and installed when we may.</summary>
static class Packages
{
    static readonly (string Package, string Proof)[] Needed =
    [
        ("postgresql-15", $"{PostgresServer.Programs}/postgres"),
        ("postgresql-15-postgis-3", "/usr/share/postgresql/15/extension/postgis.control"),
        ("redis-server", "/usr/bin/redis-server"),
        ("rabbitmq-server", "/usr/lib/rabbitmq/bin/rabbitmq-server"),
    ];

    /// <summary>Installs what is missing as root; otherwise says in one line what to install.</summary>
    public static async Task Install(IProgress<string> progress, CancellationToken ct)
    {
        var missing = Needed.Where(needed => !File.Exists(needed.Proof)).Select(needed => needed.Package).ToList();
        if (missing.Count == 0)
        {
            return;
        }

        if (!Environment.IsPrivilegedProcess || !File.Exists("/usr/bin/apt-get"))
        {
            throw new FleetException($"Missing servers. Install them and try again: sudo apt-get install --no-install-recommends {string.Join(' ', missing)}");
        }

        progress.Report($"installing {string.Join(", ", missing)}");
        var quiet = new Dictionary<string, string> { ["DEBIAN_FRONTEND"] = "noninteractive" };
        // The packages would start their servers; ours run from directories of their own.
        using var _ = new NoServiceStarts();
        await Tool.Run("apt-get", ["update", "-q"], quiet, ct: ct);
        await Tool.Run("apt-get", ["install", "-y", "-q", "--no-install-recommends", .. missing], quiet, ct: ct);
    }

    /// <summary>Tells Debian's package scripts, by their own convention, to start nothing while this lives. An existing policy is left alone.</summary>
    sealed class NoServiceStarts : IDisposable
    {
        const string Policy = "/usr/sbin/policy-rc.d";
        readonly bool ours = !File.Exists(Policy);

        public NoServiceStarts()
        {
            if (ours)
            {
                File.WriteAllText(Policy, "#!/bin/sh\nexit 101\n");
                File.SetUnixFileMode(Policy, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
            }
        }

        public void Dispose()
        {
            if (ours)
            {
                File.Delete(Policy);
            }
        }
    }
}
