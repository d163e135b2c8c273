using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Tumpang.Migrator;

/// <summary>One step of one schema: sql/&lt;schema&gt;/0001_name.up.sql and its way back.</summary>
/// <param name="Checksum">SHA-256 of the way up, in hexadecimal; line ends do not count.</param>
sealed record Migration(string Schema, int Number, string Name, string Up, string? Down, string Checksum)
{
    const string UpSuffix = ".up.sql";

    /// <summary>What all others build on.</summary>
    public const string First = "platform";

    public override string ToString() => $"{Schema}/{Number:0000}_{Name}";

    /// <summary>All steps in the order in which they are applied: platform first, then schema by schema.</summary>
    public static IReadOnlyList<Migration> ReadAll(string folder)
    {
        Migration[] all = [.. Directory.EnumerateFiles(folder, "*" + UpSuffix, SearchOption.AllDirectories).Select(Read)
            .OrderBy(migration => migration.Schema != First).ThenBy(migration => migration.Schema, StringComparer.Ordinal).ThenBy(migration => migration.Number)];
        foreach (var (migration, number) in all.GroupBy(migration => migration.Schema).SelectMany(schema => schema.Select((migration, index) => (migration, index + 1))))
        {
            if (migration.Number != number)
            {
                throw new MigrationException($"{migration} should have the number {number:0000}: numbers of a schema follow each other, each once.");
            }
        }

        return all;
    }

    static Migration Read(string path)
    {
        var (schema, file) = (Path.GetFileName(Path.GetDirectoryName(path))!, Path.GetFileName(path)[..^UpSuffix.Length]);
        if (file is not [_, _, _, _, '_', _, ..] || !int.TryParse(file.AsSpan(0, 4), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            throw new MigrationException($"{path} is not named like 0001_name{UpSuffix}.");
        }

        var (up, back) = (File.ReadAllText(path).ReplaceLineEndings("\n"), path[..^UpSuffix.Length] + ".down.sql");
        var checksum = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(up)));
        return new(schema, number, file[5..], up, File.Exists(back) ? File.ReadAllText(back) : null, checksum);
    }
}

/// <summary>Something a person has to put right; nothing was changed.</summary>
sealed class MigrationException(string message) : Exception(message);
