using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace Tumpang.Benchmarks;

/// <summary>Postgres' own load: what the store alone does with the same statements on the same server.</summary>
static partial class Pgbench
{
    const string Program = "/usr/lib/postgresql/15/bin/pgbench";

    /// <summary>Transactions per second of <paramref name="script"/> from so many clients for so long.</summary>
    public static Task<double> Run(string postgres, int clients, TimeSpan duration, string script, CancellationToken ct) =>
        Run(postgres, clients, ["-T", $"{duration.TotalSeconds:0}"], script, ct);

    /// <summary>The same, with a number of transactions for each client, whose variable <c>number</c> begins at 0.</summary>
    public static Task<double> Run(string postgres, int clients, int transactions, string script, CancellationToken ct) =>
        Run(postgres, clients, ["-t", $"{transactions}", "-D", "number=0"], script, ct);

    static async Task<double> Run(string postgres, int clients, string[] length, string script, CancellationToken ct)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, script, ct);
            using var pgbench = Process.Start(Command(new(postgres), clients, length, file))!;
            var (output, errors) = (pgbench.StandardOutput.ReadToEndAsync(ct), pgbench.StandardError.ReadToEndAsync(ct));
            await pgbench.WaitForExitAsync(ct);
            return pgbench.ExitCode == 0 && Tps().Match(await output) is { Success: true } tps
                ? double.Parse(tps.Groups["tps"].Value, CultureInfo.InvariantCulture)
                : throw new InvalidOperationException($"pgbench failed: {await errors}");
        }
        finally
        {
            File.Delete(file);
        }
    }

    static ProcessStartInfo Command(NpgsqlConnectionStringBuilder to, int clients, string[] length, string file)
    {
        string[] arguments =
        [
            "-n", "-M", "prepared", "-c", $"{clients}", "-j", "2", .. length, "-f", file,
            "-h", to.Host!, "-p", $"{to.Port}", "-U", to.Username!, to.Database!,
        ];
        var start = new ProcessStartInfo(Program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PGPASSWORD"] = to.Password;
        return start;
    }

    [GeneratedRegex(@"tps = (?<tps>[0-9.]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Tps();
}
