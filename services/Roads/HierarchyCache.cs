using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Tumpang.Roads;

/// <summary>
/// Keeps a prepared graph in a file, named by the data that it was prepared from. Whatever is wrong with the file, or with the directory, costs a
/// preparation and nothing else.
/// </summary>
/// <param name="sources">The files of the graph; read to their end and left open.</param>
internal sealed class HierarchyCache(string directory, string name, IReadOnlyList<Stream> sources)
{
    /// <summary>Raised whenever the preparation or the layout of the file changes.</summary>
    const int Format = 1;

    public RoadHierarchy Get(RoadGraph graph)
    {
        var path = Path.Combine(directory, $"{name}-{Key()}.bin");
        if (Read(path) is { } known && known.NodeCount == graph.NodeCount) return known;

        var hierarchy = RoadHierarchy.Of(graph);
        Write(path, hierarchy);
        return hierarchy;
    }

    static RoadHierarchy? Read(string path)
    {
        try
        {
            ReadOnlySpan<byte> file = File.ReadAllBytes(path);
            var content = file[SHA256.HashSizeInBytes..];
            return SHA256.HashData(content).AsSpan().SequenceEqual(file[..SHA256.HashSizeInBytes]) ? Parse(content) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            return null;
        }
    }

    static RoadHierarchy Parse(ReadOnlySpan<byte> content) => new(
        Take<int>(ref content), new(Take<int>(ref content), Take<Arc>(ref content)), new(Take<int>(ref content), Take<Arc>(ref content)));

    static T[] Take<T>(ref ReadOnlySpan<byte> content)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.Read<int>(content);
        var values = MemoryMarshal.Cast<byte, T>(content.Slice(sizeof(int), bytes)).ToArray();
        content = content[(sizeof(int) + bytes)..];
        return values;
    }

    /// <summary>
    /// Written aside and moved into place, so that nobody reads half of it; of several writers the last wins, with the same content. What older data or a
    /// killed process left is removed.
    /// </summary>
    void Write(string path, RoadHierarchy hierarchy)
    {
        using var content = new MemoryStream();
        Put(content, hierarchy.NodesByRank);
        foreach (var arcs in new[] { hierarchy.Forwards, hierarchy.Backwards })
        {
            Put(content, arcs.First);
            Put(content, arcs.All);
        }

        try
        {
            Directory.CreateDirectory(directory);
            var aside = $"{path}.{Guid.NewGuid():N}";
            File.WriteAllBytes(aside, [.. SHA256.HashData(content.ToArray()), .. content.ToArray()]);
            File.Move(aside, path, overwrite: true);
            Directory.EnumerateFiles(directory, $"{name}-*").Where(file => file != path).ToList().ForEach(File.Delete);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The next start prepares the graph again; nothing else is lost.
        }
    }

    static void Put<T>(MemoryStream content, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(values);
        content.Write(MemoryMarshal.AsBytes([bytes.Length]));
        content.Write(bytes);
    }

    string Key()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([Format]);
        foreach (var source in sources)
        {
            var bytes = new byte[source.Length];
            source.Position = 0;
            source.ReadExactly(bytes);
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset())[..16];
    }
}
