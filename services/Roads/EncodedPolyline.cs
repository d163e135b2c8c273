using System.Text;
using Tumpang.Contracts;

namespace Tumpang.Roads;

/// <summary>
/// Google's encoded polyline format at precision 5 (about one metre): each coordinate as the difference from the one before,
/// in groups of five bits.
/// </summary>
public static class EncodedPolyline
{
    const double UnitsPerDegree = 1e5;
    const int FirstPrintable = 63, MoreFollows = 0x20, GroupMask = 0x1f, GroupBits = 5;

    public static string Encode(IEnumerable<GeoPoint> points)
    {
        var text = new StringBuilder();
        var (latitude, longitude) = (0L, 0L);
        foreach (var point in points)
        {
            var (nextLatitude, nextLongitude) = (Units(point.Latitude), Units(point.Longitude));
            Append(text, nextLatitude - latitude);
            Append(text, nextLongitude - longitude);
            (latitude, longitude) = (nextLatitude, nextLongitude);
        }

        return text.ToString();
    }

    /// <exception cref="FormatException">The text ends in the middle of a coordinate or holds a character outside the format.</exception>
    public static IReadOnlyList<GeoPoint> Decode(string text)
    {
        var points = new List<GeoPoint>();
        var (latitude, longitude) = (0L, 0L);
        for (var index = 0; index < text.Length;)
        {
            latitude += Read(text, ref index);
            longitude += Read(text, ref index);
            points.Add(new GeoPoint(latitude / UnitsPerDegree, longitude / UnitsPerDegree));
        }

        return points;
    }

    static long Units(double degrees) => (long)Math.Round(degrees * UnitsPerDegree, MidpointRounding.AwayFromZero);

    static void Append(StringBuilder text, long difference)
    {
        var bits = difference < 0 ? ~(difference << 1) : difference << 1;
        for (; bits >= MoreFollows; bits >>= GroupBits) text.Append((char)((MoreFollows | (bits & GroupMask)) + FirstPrintable));
        text.Append((char)(bits + FirstPrintable));
    }

    static long Read(string text, ref int index)
    {
        var (bits, shift) = (0L, 0);
        while (index < text.Length && text[index] - FirstPrintable is var group and >= 0 and < 2 * MoreFollows && shift < 60)
        {
            index++;
            bits |= (long)(group & GroupMask) << shift;
            shift += GroupBits;
            if (group < MoreFollows) return (bits & 1) == 0 ? bits >> 1 : ~(bits >> 1);
        }

        throw new FormatException($"Not an encoded polyline: character {index} of {text.Length}.");
    }
}
