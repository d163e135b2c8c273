namespace Tumpang.Runner.Commands;

/// <summary>Reads what has been added to a log since the last look, whole lines only.</summary>
internal sealed class LogFollower(string path, long from = 0)
{
    long position = from;

    /// <summary>The new lines; none while the file does not exist.</summary>
    public List<string> News()
    {
        if (!File.Exists(path))
        {
            return [];
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        // A shorter file is a new one.
        position = file.Length < position ? 0 : position;
        file.Position = position;
        using var reader = new StreamReader(file);
        var text = reader.ReadToEnd();
        var whole = text.LastIndexOf('\n') + 1;
        position += System.Text.Encoding.UTF8.GetByteCount(text.AsSpan(0, whole));
        return [.. text[..whole].Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }
}
