using System.Security.Cryptography;
using System.Text.Json;
using Tumpang.AppHost;

namespace Tumpang.Runner.Servers;

/// <summary>The generated secrets of one installation, kept beside its data in a file that only its owner reads.</summary>
public sealed class Secrets
{
    static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };
    readonly SortedDictionary<string, string> values;

    Secrets(SortedDictionary<string, string> values) => this.values = values;

    /// <summary>The secret of that name, 64 hexadecimal digits.</summary>
    public string this[string name] => values.TryGetValue(name, out var value) ? value : throw new KeyNotFoundException($"There is no secret {name}.");

    /// <summary>Reads secrets.json in <paramref name="directory"/>, and adds what the topology needs and the file lacks.</summary>
    public static Secrets Open(string directory)
    {
        var path = Path.Combine(directory, "secrets.json");
        var known = File.Exists(path) ? JsonSerializer.Deserialize<SortedDictionary<string, string>>(File.ReadAllBytes(path))! : [];
        var missing = Contract.Secrets.Where(name => !known.ContainsKey(name)).ToList();
        foreach (var name in missing)
        {
            known[name] = RandomNumberGenerator.GetHexString(64, lowercase: true);
        }

        if (missing.Count > 0)
        {
            PrivateFile.Write(path, JsonSerializer.Serialize(known, Indented));
        }

        return new(known);
    }
}

/// <summary>Files that hold passwords.</summary>
static class PrivateFile
{
    const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes the file anew; it is never readable by others, not even for a moment.</summary>
    public static void Write(string path, string content)
    {
        File.Delete(path);
        using var writer = new StreamWriter(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly });
        writer.Write(content);
    }
}
