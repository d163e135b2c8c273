using System.Text;
using System.Text.Encodings.Web;

namespace Tumpang.Billing.Receipts;

/// <summary>A receipt as one page of HTML that needs nothing else, on a screen or on paper. Whatever it says is encoded.</summary>
internal static class ReceiptHtml
{
    const string Style = """
        body { font: 15px/1.5 system-ui, sans-serif; color: #111; background: #fff; max-width: 40rem; margin: 2rem auto; padding: 0 1rem; }
        h1 { font-size: 1.5rem; margin: 0 0 1rem; } h2 { font-size: 1rem; margin: 1.5rem 0 .25rem; }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: 0; } dt { color: #555; } dd { margin: 0; }
        table { width: 100%; border-collapse: collapse; } td { padding: .15rem 0; } td + td { text-align: right; white-space: nowrap; padding-left: 1rem; }
        tr.sum td { font-weight: bold; border-top: 1px solid #111; } tr { break-inside: avoid; } footer { color: #555; margin-top: 2rem; font-size: .85rem; }
        @page { size: A4; margin: 20mm; } @media print { body { margin: 0; max-width: none; padding: 0; } }
        """;

    public static string Of(ReceiptPage page)
    {
        var html = new StringBuilder(4_096);
        html.Append($"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Tumpang: {Safe(page.Title)}</title>
            <style>
            {Style}
            </style>
            </head>
            <body>
            <h1>Tumpang: {Safe(page.Title)}</h1>
            <dl>

            """);
        foreach (var fact in page.Facts) html.Append($"<dt>{Safe(fact.Name)}</dt><dd>{Safe(fact.Value)}</dd>\n");
        html.Append("</dl>\n");
        foreach (var section in page.Sections) Add(html, section);
        html.Append($"<footer>{Safe(page.Foot)}</footer>\n</body>\n</html>\n");
        return html.ToString();
    }

    static void Add(StringBuilder html, ReceiptSection section)
    {
        html.Append($"<h2>{Safe(section.Heading)}</h2>\n<table>\n");
        foreach (var line in section.Lines)
        {
            html.Append($"<tr{(line.IsSum ? " class=\"sum\"" : "")}><td>{Safe(line.Text)}</td><td>{Safe(line.Amount)}</td></tr>\n");
        }

        html.Append("</table>\n");
    }

    static string Safe(string text) => HtmlEncoder.Default.Encode(text);
}
