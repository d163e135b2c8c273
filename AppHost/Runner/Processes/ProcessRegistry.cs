namespace Tumpang.Runner.Processes;

/// <summary>
/// The processes of one data directory, a small file each, so that whoever comes after a crash finds what is left and can end it,
/// and nothing else.
/// </summary>
public sealed class ProcessRegistry(string directory)
{
    /// <summary>Remembers a process under a name, with the signal that stops it.</summary>
    public void Add(string name, ProcessIdentity process, Signal stop)
    {
        Directory.CreateDirectory(directory);
        File.WriteAllText(PathOf(name), $"{process.Pid} {process.StartedTicks} {(int)stop}");
    }

    /// <summary>Forgets a process that has ended.</summary>
    public void Remove(string name) => File.Delete(PathOf(name));

    /// <summary>The process of that name, if it is alive.</summary>
    public ProcessIdentity? Find(string name) => Read(PathOf(name)) is { Process.IsAlive: true } entry ? entry.Process : null;

    /// <summary>Stops whatever is left, services before stores, and forgets it. Returns the names of what was still alive.</summary>
    public async Task<IReadOnlyList<string>> StopLeftovers(IReadOnlyList<string> last, TimeSpan patience)
    {
        var entries = Directory.Exists(directory) ? Directory.GetFiles(directory, "*.pid").Select(file => (File: file, Entry: Read(file))).ToList() : [];
        var alive = new List<string>();
        foreach (var group in entries.GroupBy(entry => 1 + Position(last, Path.GetFileNameWithoutExtension(entry.File))).OrderBy(group => group.Key))
        {
            alive.AddRange(group.Where(entry => entry.Entry?.Process.IsAlive == true).Select(entry => Path.GetFileNameWithoutExtension(entry.File)));
            await Task.WhenAll(group.Select(entry => entry.Entry?.Process.Stop(entry.Entry.Stop, patience) ?? Task.CompletedTask));
            foreach (var (file, _) in group)
            {
                File.Delete(file);
            }
        }

        return alive;
    }

    static int Position(IReadOnlyList<string> last, string name)
    {
        for (var index = 0; index < last.Count; index++)
        {
            if (last[index] == name)
            {
                return index;
            }
        }

        return -1;
    }

    static Entry? Read(string file)
    {
        try
        {
            var words = File.ReadAllText(file).Split(' ');
            return words.Length == 3 ? new(new(int.Parse(words[0]), long.Parse(words[1])), (Signal)int.Parse(words[2])) : null;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    string PathOf(string name) => Path.Combine(directory, name + ".pid");

    sealed record Entry(ProcessIdentity Process, Signal Stop);
}
