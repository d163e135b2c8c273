using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using Tumpang.Contracts;

namespace Tumpang.Billing.Taxes;

/// <summary>Fares: what was charged. Reversals: what was taken off fares since, or back with them; negative.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TaxedBy>))]
internal enum TaxedBy { Fares, Reversals }

/// <summary>What is taxed how in the fares of a policy.</summary>
/// <param name="FixedTaxCode">Name of the fixed tax; null where there is none.</param>
/// <param name="SalesTaxInclusive">Whether the prices contain the sales tax.</param>
internal sealed record TaxRate(string? FixedTaxCode, Money FixedTax, int SalesTaxBasisPoints, bool SalesTaxInclusive);

/// <summary>What was taxed on one day at one rate.</summary>
/// <param name="Day">By the wall clock of the city.</param>
/// <param name="Transfers">How many movements of the ledger it was.</param>
/// <param name="Taxable">What driver and we got, or gave back, without the tax; tips are not taxed and not in it.</param>
/// <param name="Tax">What the ledger's tax account got, or gave back.</param>
internal sealed record TaxLine(DateOnly Day, TaxRate Rate, TaxedBy By, long Transfers, Money Taxable, Money Tax);

/// <summary>A month of a city's taxes, as the ledger has them.</summary>
/// <param name="Taxable">Of all lines.</param>
/// <param name="Tax">Of all lines: what the ledger's tax account moved in that month for that city, to the minor unit.</param>
internal sealed record TaxReport(string CityId, string Month, IReadOnlyList<TaxLine> Lines, Money Taxable, Money Tax)
{
    const string Head =
        "city,day,fixed_tax_code,fixed_tax_minor_units,sales_tax_basis_points,sales_tax_inclusive,by,transfers,taxable_minor_units,tax_minor_units,currency\r\n";

    /// <summary>As RFC 4180 has it: the lines only, for sums are for whoever reads it to make.</summary>
    public string ToCsv()
    {
        var csv = new StringBuilder(Head);
        foreach (var line in Lines)
        {
            var rate = line.Rate;
            csv.Append(CultureInfo.InvariantCulture, $"{Field(CityId)},{line.Day:yyyy-MM-dd},{Field(rate.FixedTaxCode ?? "")},{rate.FixedTax.MinorUnits},");
            csv.Append(CultureInfo.InvariantCulture, $"{rate.SalesTaxBasisPoints},{(rate.SalesTaxInclusive ? "true" : "false")},{line.By},{line.Transfers},");
            csv.Append(CultureInfo.InvariantCulture, $"{line.Taxable.MinorUnits},{line.Tax.MinorUnits},{line.Tax.Currency}\r\n");
        }

        return csv.ToString();
    }

    static string Field(string text) => text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
