namespace Tumpang.Billing.Receipts;

/// <summary>A receipt as a PDF of A4 pages. The same receipt gives the same bytes.</summary>
internal static class ReceiptPdf
{
    const double Left = 60, Right = PdfDocument.Width - 60, Top = PdfDocument.Height - 70, Bottom = 70, LineHeight = 16, FactsAt = Left + 80;

    public static byte[] Of(ReceiptPage page)
    {
        var pdf = new PdfDocument("Tumpang: " + page.Title);
        var pen = new Pen(pdf);
        pen.Write(page.Title, size: 18, bold: true);
        pen.Skip();
        foreach (var fact in page.Facts) pen.WriteFact(fact);
        foreach (var section in page.Sections) pen.WriteSection(section);
        pen.Skip();
        pen.Write(page.Foot, size: 8);
        return pdf.ToBytes();
    }

    /// <summary>Writes from top to bottom, and goes on on the next page.</summary>
    sealed class Pen(PdfDocument pdf)
    {
        double at;

        public void Skip() => at -= LineHeight;

        public void Write(string text, double size, bool bold = false)
        {
            Next();
            pdf.Text(text, Left, at, size, bold);
        }

        public void WriteFact(ReceiptFact fact)
        {
            Next();
            pdf.Text(fact.Name, Left, at);
            pdf.Text(fact.Value, FactsAt, at);
        }

        public void WriteSection(ReceiptSection section)
        {
            Skip();
            Write(section.Heading, size: 12, bold: true);
            foreach (var line in section.Lines)
            {
                Next();
                if (line.IsSum) pdf.Rule(Left, Right, at + 12);
                pdf.Text(line.Text, Left, at, bold: line.IsSum);
                pdf.TextEndingAt(line.Amount, Right, at, bold: line.IsSum);
            }
        }

        void Next()
        {
            at -= LineHeight;
            if (at >= Bottom) return;

            pdf.AddPage();
            at = Top;
        }
    }
}
