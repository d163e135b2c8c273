using System.Globalization;

namespace Tumpang.Payments.Provider;

/// <summary>One line of a provider's settlement file.</summary>
/// <param name="Type">charge, refund, chargeback, chargeback-reversal, transfer or transfer-return.</param>
/// <param name="Reference">The provider's name of the movement.</param>
/// <param name="Key">Ours; of a chargeback the provider's name of the dispute.</param>
/// <param name="AmountMinorUnits">Towards us positive.</param>
internal sealed record SettlementLine(
    string Type, string Reference, string Key, long AmountMinorUnits, long FeeMinorUnits, string Currency, DateTimeOffset OccurredAt);

/// <summary>A provider's settlement of one day: what moved, and what it paid to our bank account.</summary>
/// <param name="IsFinal">The day is closed; its file never changes again.</param>
/// <param name="CutOff">What happened before it, and was in no file yet, is in this one.</param>
/// <param name="Paid">To our bank account, by currency; only of a closed day.</param>
internal sealed record SettlementFile(
    bool IsFinal, DateTimeOffset CutOff, IReadOnlyList<SettlementLine> Lines, IReadOnlyDictionary<string, long> Paid)
{
    const string Header = "type,reference,key,amount_minor_units,fee_minor_units,currency,occurred_at";

    const int Fields = 7;

    static readonly string[] Types = ["charge", "refund", "chargeback", "chargeback-reversal", "transfer", "transfer-return", "bank"];

    /// <summary>Reads a whole file; a FormatException for one that broke off or makes no sense: nothing is taken from it.</summary>
    public static SettlementFile Parse(string csv)
    {
        var rows = csv.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (rows is not [Header, .., var last] || Read(last) is not { Type: "end" } end || end.AmountMinorUnits != rows.Length - 2)
        {
            throw new FormatException("The settlement file is not whole.");
        }

        var lines = rows[1..^1].Select(Read).ToList();
        if (lines.FirstOrDefault(line => !Types.Contains(line.Type)) is { } strange)
        {
            throw new FormatException($"The settlement file has a line of type {strange.Type}.");
        }

        var bank = lines.Where(line => line.Type == "bank").ToList();
        if (bank.DistinctBy(line => line.Currency).Count() != bank.Count)
        {
            throw new FormatException("The settlement file pays one currency twice to the bank.");
        }

        return new(
            end.Reference == "final", end.OccurredAt, [.. lines.Where(line => line.Type != "bank")],
            bank.ToDictionary(line => line.Currency, line => line.AmountMinorUnits));
    }

    /// <summary>What the lines come to, by currency. Transfers leave our bank account and come back there, not what the provider holds.</summary>
    public IReadOnlyDictionary<string, long> Net() => Lines.Where(line => line.Type is not ("transfer" or "transfer-return"))
        .GroupBy(line => line.Currency).ToDictionary(lines => lines.Key, lines => lines.Sum(line => line.AmountMinorUnits - line.FeeMinorUnits));

    static SettlementLine Read(string row) => row.Split(',') is { Length: Fields } fields
        ? new(fields[0], fields[1], fields[2], Number(fields[3]), Number(fields[4]), fields[5], Instant(fields[6]))
        : throw new FormatException("A line of the settlement file has not as many fields as its header.");

    static long Number(string field) => long.Parse(field, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    static DateTimeOffset Instant(string field) => DateTimeOffset.Parse(field, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUniversalTime();
}

/// <summary>Where a provider's settlement files come from.</summary>
internal interface ISettlementFiles
{
    /// <summary>The provider's name in our rows.</summary>
    string Name { get; }

    /// <summary>The file of a day of the provider's calendar. Throws for an outage and for a file that cannot be read: it is tried again.</summary>
    Task<SettlementFile> Download(DateOnly day, CancellationToken ct);
}

/// <summary>The sandbox's settlement files over HTTP.</summary>
internal sealed class SandboxSettlements(HttpClient http) : ISettlementFiles
{
    public string Name => SandboxProvider.ProviderName;

    public async Task<SettlementFile> Download(DateOnly day, CancellationToken ct)
    {
        using var answer = await http.GetAsync(new Uri($"/sandbox/payments/settlements/{day:yyyy-MM-dd}", UriKind.Relative), ct);
        return SettlementFile.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync(ct));
    }
}
