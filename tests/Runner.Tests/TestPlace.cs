using Tumpang.Runner.Commands;
using Tumpang.Runner.Servers;

namespace Tumpang.Runner.Tests;

/// <summary>A data directory and a hundred ports for one test class, gone with it.</summary>
sealed class TestPlace : IAsyncDisposable
{
    /// <summary>Below the ports that the system hands out, for a test program started by hand.</summary>
    const int ByHand = 29_000;

    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("tumpang-runner-").FullName;

    public int PortBase { get; } = TestStores.Handed?.FreePorts ?? ByHand;

    public TestPlace() => File.SetUnixFileMode(Directory, File.GetUnixFileMode(Directory) | UnixFileMode.OtherExecute);

    public async ValueTask DisposeAsync()
    {
        await Stores.StopLeftovers(Directory);
        System.IO.Directory.Delete(Directory, recursive: true);
    }
}

/// <summary>Classes that start servers share ports, so they take turns.</summary>
[Xunit.CollectionDefinition(nameof(RealServers), DisableParallelization = true)]
public sealed class RealServers;

/// <summary>Collects what was said.</summary>
sealed class Heard : IProgress<string>
{
    readonly List<string> lines = [];

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (lines)
            {
                return [.. lines];
            }
        }
    }

    public void Report(string value)
    {
        lock (lines)
        {
            lines.Add(value);
        }
    }
}
