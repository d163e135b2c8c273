using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.MoneyTrail;

/// <summary>The same page for people: plain HTML without scripts or styles, made from the JSON, so that both say the same.</summary>
internal static class MoneyPage
{
    public static string Html(MoneyView view)
    {
        var html = new StringBuilder("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>The money of a ride</title></head><body>\n");
        html.Append("<h1>").Append(view.Verdict).Append("</h1>\n");
        Write(html, JsonSerializer.SerializeToNode(view, Json.Options));
        return html.Append("</body></html>\n").ToString();
    }

    static void Write(StringBuilder html, JsonNode? node)
    {
        switch (node)
        {
            case null:
                html.Append('–');
                break;
            case JsonObject { Count: 2 } money when money.ContainsKey("minorUnits") && money.ContainsKey("currency"):
                html.Append(Encode($"{money["minorUnits"]} {money["currency"]}"));
                break;
            case JsonObject members:
                WriteTable(html, members.Select(member => (Encode(member.Key), member.Value)));
                break;
            case JsonArray items:
                WriteTable(html, items.Select((item, index) => ($"{index + 1}", item)));
                break;
            default:
                html.Append(Encode(node.ToString()));
                break;
        }
    }

    static void WriteTable(StringBuilder html, IEnumerable<(string Head, JsonNode? Value)> rows)
    {
        html.Append("<table>\n");
        foreach (var (head, value) in rows)
        {
            html.Append("<tr><th scope=\"row\">").Append(head).Append("</th><td>");
            Write(html, value);
            html.Append("</td></tr>\n");
        }

        html.Append("</table>\n");
    }

    static string Encode(string text) => WebUtility.HtmlEncode(text);
}
