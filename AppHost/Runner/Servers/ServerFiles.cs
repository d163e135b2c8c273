using System.Security.Cryptography;
using System.Text;
using Tumpang.Runner.Processes;

namespace Tumpang.Runner.Servers;

/// <summary>
/// Where the servers keep their files. As root they run under accounts of their own, which cannot enter a private home: then their
/// files go to /var/lib/tumpang, under a name made from the data directory.
/// </summary>
sealed class ServerFiles
{
    const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    const string Elsewhere = "/var/lib/tumpang";

    readonly string root;

    ServerFiles(string root) => this.root = root;

    /// <summary>Whether servers need another account than ours.</summary>
    public static bool NeedsAccounts => Environment.UserName == "root" || Environment.IsPrivilegedProcess;

    /// <summary>Finds the place for the servers' files, and says so when it is not the data directory.</summary>
    public static ServerFiles For(string dataDirectory, IProgress<string> progress)
    {
        if (!NeedsAccounts || IsOpenToOthers(dataDirectory))
        {
            return new(dataDirectory);
        }

        var elsewhere = ElsewhereFor(dataDirectory);
        progress.Report($"{dataDirectory} is closed to the accounts of the servers; their files are in {elsewhere}.");
        Directory.CreateDirectory(elsewhere);
        return new(elsewhere);
    }

    /// <summary>Removes what the servers of <paramref name="dataDirectory"/> keep elsewhere.</summary>
    public static void Wipe(string dataDirectory)
    {
        if (Directory.Exists(ElsewhereFor(dataDirectory)))
        {
            Directory.Delete(ElsewhereFor(dataDirectory), recursive: true);
        }
    }

    /// <summary>The account of a server, when it needs one.</summary>
    public static Account? AccountFor(string name) => NeedsAccounts ? new(name) : null;

    /// <summary>Where the files of a server are, or will be.</summary>
    public string PathOf(string server) => Path.Combine(root, server);

    /// <summary>A private directory of a server, its account's own.</summary>
    public async Task<string> DirectoryOf(string server, Account? account, CancellationToken ct)
    {
        var directory = PathOf(server);
        Directory.CreateDirectory(directory, Private);
        await GiveTo(account, directory, ct);
        return directory;
    }

    /// <summary>Makes files the account's own.</summary>
    public static Task GiveTo(Account? account, string path, CancellationToken ct) =>
        account is null ? Task.CompletedTask : Tool.Run("chown", ["-R", $"{account.Name}:{account.Name}", path], ct: ct);

    static string ElsewhereFor(string dataDirectory) =>
        Path.Combine(Elsewhere, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(dataDirectory)))[..6]));

    static bool IsOpenToOthers(string directory)
    {
        for (var at = new DirectoryInfo(directory); at is not null; at = at.Parent)
        {
            if (!at.UnixFileMode.HasFlag(UnixFileMode.OtherExecute))
            {
                return false;
            }
        }

        return true;
    }
}
