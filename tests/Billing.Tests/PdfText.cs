using System.Text;
using System.Text.RegularExpressions;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>Reads a PDF as a reader would: from its end to the table, from the table to each object, from each page to its text.</summary>
static class PdfText
{
    /// <summary>No file can make the reading of it slow.</summary>
    const RegexOptions Linear = RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture;

    /// <summary>What stands on each page, in the order in which it was drawn.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Pages(byte[] file)
    {
        var text = Encoding.Latin1.GetString(file);
        Assert.StartsWith("%PDF-1.", text, StringComparison.Ordinal);
        var table = int.Parse(Regex.Match(text, @"startxref\n(?<it>\d+)\n%%EOF\n$", Linear).Groups["it"].Value);
        var entries = Regex.Matches(text[table..text.IndexOf("trailer", table, StringComparison.Ordinal)], @"(?<it>\d{10}) 00000 n ", Linear);
        var offsets = entries.Select(entry => int.Parse(entry.Groups["it"].Value)).ToArray();
        var objects = offsets.Select((offset, index) => ObjectAt(text, offset, index + 1)).ToArray();
        var root = objects[Reference(text[table..], "Root") - 1];
        var kids = Regex.Match(objects[Reference(root, "Pages") - 1], @"/Kids \[(?<it>[^\]]*)\]", Linear).Groups["it"].Value;
        var pages = Regex.Matches(kids, @"(?<it>\d+) 0 R", Linear).Select(kid => objects[int.Parse(kid.Groups["it"].Value) - 1]);
        return [.. pages.Select(page => TextOf(objects[Reference(page, "Contents") - 1]))];
    }

    static string ObjectAt(string text, int offset, int number)
    {
        var head = $"{number} 0 obj\n";
        Assert.Equal(head, text.Substring(offset, head.Length));
        return text[(offset + head.Length)..text.IndexOf("\nendobj", offset, StringComparison.Ordinal)];
    }

    static int Reference(string body, string name) => int.Parse(Regex.Match(body, $@"/{name} (?<it>\d+) 0 R", Linear).Groups["it"].Value);

    static IReadOnlyList<string> TextOf(string content)
    {
        var length = int.Parse(Regex.Match(content, @"/Length (?<it>\d+)", Linear).Groups["it"].Value);
        var begin = content.IndexOf("stream\n", StringComparison.Ordinal) + "stream\n".Length;
        Assert.Equal("endstream", content[(begin + length)..]);
        var shown = Regex.Matches(content.Substring(begin, length), @"\((?<it>([^()\\]|\\.)*)\) Tj", Linear);
        return [.. shown.Select(text => Regex.Replace(text.Groups["it"].Value, @"\\(?<it>.)", "${it}", Linear))];
    }
}
