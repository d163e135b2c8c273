using System.Globalization;
using System.Text;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Receipts;

/// <summary>
/// Instants by the wall clock of a city and amounts as its people write them. Written out here: the fleet runs without the cultures of the machine.
/// </summary>
internal static class LocalFormats
{
    /// <summary>For example 18 Nov 2013, 14:13.</summary>
    public static string Local(this DateTimeOffset instant, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTime(instant, zone).ToString("d MMM yyyy, HH:mm", CultureInfo.InvariantCulture);

    /// <summary>For example $1,234.50 and Rp 9.657; sen are shown only where there are some, and a currency without a habit of its own by its code.</summary>
    public static string Local(this Money money)
    {
        var (symbol, group, point) = money.Currency switch
        {
            "USD" => ("$", ",", "."),
            "IDR" => ("Rp ", ".", ","),
            _ => (money.Currency + " ", ",", "."),
        };
        var scale = Currencies.MinorUnitsPerMajor(money.Currency);
        var (major, minor) = Int128.DivRem(Int128.Abs(money.MinorUnits), scale);
        var text = new StringBuilder(money.MinorUnits < 0 ? "-" : "").Append(symbol).Append(Grouped(major, group));
        return minor == 0 && Currencies.SmallestAmount(money.Currency) == scale
            ? text.ToString()
            : text.Append(point).Append(minor.ToString(CultureInfo.InvariantCulture).PadLeft(Digits(scale), '0')).ToString();
    }

    /// <summary>For example 12.4 km.</summary>
    public static string Kilometres(int metres) => (metres / 1_000m).ToString("0.0", CultureInfo.InvariantCulture) + " km";

    /// <summary>Whole minutes, begun ones included.</summary>
    public static string Minutes(int seconds) => ((seconds + 59) / 60).ToString(CultureInfo.InvariantCulture) + " min";

    static string Grouped(Int128 number, string separator)
    {
        var digits = number.ToString(CultureInfo.InvariantCulture);
        var grouped = new StringBuilder();
        for (var position = 0; position < digits.Length; position++)
        {
            if (position > 0 && (digits.Length - position) % 3 == 0) grouped.Append(separator);
            grouped.Append(digits[position]);
        }

        return grouped.ToString();
    }

    /// <summary>Of the minor unit; none where there is none.</summary>
    static int Digits(long scale) => scale.ToString(CultureInfo.InvariantCulture).Length - 1;
}
