using System.Globalization;
using System.Text;

namespace Tumpang.Billing.Receipts;

/// <summary>
/// The little of PDF 1.4 (ISO 32000) that a receipt needs: A4 pages, text, rules. Its font is Helvetica, one of the fourteen that every reader has,
/// so that nothing is embedded; letters beyond Latin-1 are shown as a question mark.
/// </summary>
internal sealed class PdfDocument(string title)
{
    /// <summary>Of a page, in points.</summary>
    public const double Width = 595, Height = 842;

    const double UsualSize = 10;
    const int Catalog = 1, Pages = 2, Font = 3, Info = 4, FirstPage = 5;

    /// <summary>Widths of the letters from space to tilde, thousandths of the size: Adobe's font metrics of Helvetica.</summary>
    static readonly int[] Widths =
    [
        278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556,
        556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
        667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556,
        556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
    ];

    readonly List<StringBuilder> pages = [];

    public void AddPage() => pages.Add(new());

    /// <summary>Text that begins there; points from the lower left corner. Bold is drawn with an outline, so that it is as wide.</summary>
    public void Text(string text, double x, double y, double size = UsualSize, bool bold = false) => pages[^1].Append(
        CultureInfo.InvariantCulture, $"BT /F1 {size:0.##} Tf {(bold ? "2 Tr 0.3 w" : "0 Tr")} {x:0.##} {y:0.##} Td ({Escaped(text)}) Tj ET\n");

    /// <summary>Text that ends there, so that amounts stand below each other.</summary>
    public void TextEndingAt(string text, double x, double y, double size = UsualSize, bool bold = false) => Text(text, x - WidthOf(text, size), y, size, bold);

    /// <summary>A horizontal line.</summary>
    public void Rule(double fromX, double toX, double y) =>
        pages[^1].Append(CultureInfo.InvariantCulture, $"0.5 w {fromX:0.##} {y:0.##} m {toX:0.##} {y:0.##} l S\n");

    public byte[] ToBytes()
    {
        var file = new StringBuilder("%PDF-1.4\n");
        var offsets = new List<int>();
        foreach (var (number, body) in Objects())
        {
            offsets.Add(file.Length);
            file.Append(CultureInfo.InvariantCulture, $"{number} 0 obj\n{body}\nendobj\n");
        }

        var table = file.Length;
        file.Append(CultureInfo.InvariantCulture, $"xref\n0 {offsets.Count + 1}\n0000000000 65535 f \n");
        foreach (var offset in offsets) file.Append(CultureInfo.InvariantCulture, $"{offset:0000000000} 00000 n \n");
        file.Append(CultureInfo.InvariantCulture, $"trailer\n<< /Size {offsets.Count + 1} /Root {Catalog} 0 R /Info {Info} 0 R >>\n");
        file.Append(CultureInfo.InvariantCulture, $"startxref\n{table}\n%%EOF\n");
        // One letter is one byte, here and in every offset above.
        return Encoding.Latin1.GetBytes(file.ToString());
    }

    IEnumerable<(int Number, string Body)> Objects()
    {
        var kids = string.Join(' ', pages.Select((_, index) => $"{PageNumber(index)} 0 R"));
        yield return (Catalog, $"<< /Type /Catalog /Pages {Pages} 0 R >>");
        yield return (Pages, $"<< /Type /Pages /Kids [{kids}] /Count {pages.Count} >>");
        yield return (Font, "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>");
        yield return (Info, $"<< /Title ({Escaped(title)}) /Producer (Tumpang) >>");
        for (var index = 0; index < pages.Count; index++)
        {
            var (number, content) = (PageNumber(index), pages[index].ToString());
            var head = $"/Type /Page /Parent {Pages} 0 R /MediaBox [0 0 {Width} {Height}] /Resources << /Font << /F1 {Font} 0 R >> >>";
            yield return (number, $"<< {head} /Contents {number + 1} 0 R >>");
            yield return (number + 1, $"<< /Length {content.Length} >>\nstream\n{content}endstream");
        }
    }

    static int PageNumber(int index) => FirstPage + (2 * index);

    static double WidthOf(string text, double size) =>
        text.Sum(letter => letter is >= ' ' and <= '~' ? Widths[letter - ' '] : Widths['n' - ' ']) * size / 1_000;

    /// <summary>Inside a string of PDF: brackets and the escape are escaped, and what would not be printed is not there.</summary>
    static string Escaped(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var letter in text)
        {
            if (letter is '(' or ')' or '\\') escaped.Append('\\');
            escaped.Append(letter is (>= ' ' and <= '~') or (>= '\u00a0' and <= '\u00ff') ? letter : '?');
        }

        return escaped.ToString();
    }
}
