using System.Text.RegularExpressions;
using Tumpang.Billing.Receipts;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>Receipts as people see them: amounts and times as their city writes them, nothing that breaks a page, the same bytes each time.</summary>
public sealed class ReceiptPageTests
{
    static readonly ReceiptPage Sample = new(
        "Receipt", [new("City", "New York")], [new("Fare", [new("Base fare", "$2.50"), new("Total", "$9.50", IsSum: true)])], "Tariff nyc-taxi, version 1.");

    [Theory]
    [InlineData(950, "USD", "$9.50")]
    [InlineData(-5, "USD", "-$0.05")]
    [InlineData(123_456_789, "USD", "$1,234,567.89")]
    [InlineData(100_000, "USD", "$1,000.00")]
    [InlineData(965_700, "IDR", "Rp 9.657")]
    [InlineData(965_750, "IDR", "Rp 9.657,50")]
    [InlineData(123_456_700, "IDR", "Rp 1.234.567")]
    [InlineData(1_234_567, "JPY", "JPY 1,234,567")]
    [InlineData(1_234, "KWD", "KWD 1.234")]
    [InlineData(long.MinValue, "USD", "-$92,233,720,368,547,758.08")]
    public void Amounts_are_written_as_the_city_writes_them(long minorUnits, string currency, string expected) =>
        Assert.Equal(expected, new Money(minorUnits, currency).Local());

    [Theory]
    [InlineData("America/New_York", "18 Nov 2013, 23:30")]
    [InlineData("Asia/Jakarta", "19 Nov 2013, 11:30")]
    public void Times_are_those_of_the_city(string zone, string expected) =>
        Assert.Equal(expected, new DateTimeOffset(2013, 11, 19, 4, 30, 0, TimeSpan.Zero).Local(TimeZoneInfo.FindSystemTimeZoneById(zone)));

    [Fact]
    public void Whatever_a_receipt_says_stays_text_on_its_page()
    {
        const string evil = "<script>alert('x')</script> & \"so\"";
        var html = ReceiptHtml.Of(new(evil, [new(evil, evil)], [new(evil, [new(evil, evil, IsSum: true)])], evil));

        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.DoesNotContain("alert('x')", html, StringComparison.Ordinal);
        Assert.Equal(8, Regex.Count(html, "&lt;script&gt;"));
        Assert.DoesNotMatch("(src|href|@import|url\\()", html);
    }

    [Fact]
    public void A_pdf_says_what_the_receipt_says_and_is_the_same_each_time()
    {
        var pdf = ReceiptPdf.Of(Sample);

        Assert.Equal(
            ["Receipt", "City", "New York", "Fare", "Base fare", "$2.50", "Total", "$9.50", "Tariff nyc-taxi, version 1."], Assert.Single(PdfText.Pages(pdf)));
        Assert.Equal(pdf, ReceiptPdf.Of(Sample));
    }

    [Fact]
    public void Brackets_and_foreign_letters_do_not_break_a_pdf()
    {
        var pdf = ReceiptPdf.Of(Sample with { Foot = "a (b) \\ c\n é 東京 \u0000" });

        Assert.Equal("a (b) \\ c? é ?? ?", Assert.Single(PdfText.Pages(pdf))[^1]);
    }

    [Fact]
    public void A_long_receipt_goes_on_on_the_next_page_and_loses_no_line()
    {
        var lines = Enumerable.Range(1, 200).Select(number => new ReceiptLine($"Line {number}", $"${number}.00")).ToList();

        var pages = PdfText.Pages(ReceiptPdf.Of(Sample with { Sections = [new("Adjustments", lines)] }));

        Assert.InRange(pages.Count, 3, 10);
        Assert.Equal(lines.Select(line => line.Text), pages.SelectMany(page => page).Where(text => text.StartsWith("Line ", StringComparison.Ordinal)));
    }
}
