using System.Text.RegularExpressions;

namespace Tumpang.Users;

/// <summary>
/// A phone number in E.164 form, for example +12125550123. Written with a plus it may be of any country; without one it must be an
/// Indonesian mobile number of Telkomsel (62…, 0… or the bare number), as in the system that we replace.
/// </summary>
readonly partial record struct PhoneNumber
{
    PhoneNumber(string e164) => E164 = e164;

    /// <summary>The plus sign and 8 to 15 digits.</summary>
    public string E164 { get; }

    /// <summary>Never the number: it ends in no log by accident.</summary>
    public override string ToString() => "+…";

    /// <summary>Null when the text is no number that we can send to.</summary>
    public static PhoneNumber? Parse(string? text)
    {
        if (text is not { Length: > 0 and <= 40 })
        {
            return null;
        }

        var compact = Separators().Replace(text, "");
        var e164 = compact.StartsWith('+') ? compact : LocalIndonesian(compact);
        return e164 is not null && International().IsMatch(e164) && HasRightLength(e164) ? new(e164) : null;
    }

    static string? LocalIndonesian(string digits)
    {
        var national = digits.StartsWith("62", StringComparison.Ordinal) ? digits[2..] : digits.StartsWith('0') ? digits[1..] : digits;
        return Telkomsel().IsMatch(national) ? "+62" + national : null;
    }

    /// <summary>North America has ten digits after its 1; the trunk zero of Indonesia is never dialled after 62.</summary>
    static bool HasRightLength(string e164) => e164 switch
    {
        ['+', '1', ..] => e164.Length == 12,
        ['+', '6', '2', '0', ..] => false,
        _ => true,
    };

    [GeneratedRegex(@"[\s\-().]", RegexOptions.None, matchTimeoutMilliseconds: 100)]
    private static partial Regex Separators();

    [GeneratedRegex(@"^\+[1-9][0-9]{7,14}\z", RegexOptions.None, matchTimeoutMilliseconds: 100)]
    private static partial Regex International();

    [GeneratedRegex(@"^8(?:1[123]|2[123]|5[123])[0-9]{6,8}\z", RegexOptions.None, matchTimeoutMilliseconds: 100)]
    private static partial Regex Telkomsel();
}
