using Microsoft.Net.Http.Headers;

namespace Tumpang.Billing;

/// <summary>In which of the forms that there are a caller wants an answer.</summary>
internal static class AcceptedForm
{
    public const string Json = "application/json", Html = "text/html", Pdf = "application/pdf", Csv = "text/csv";

    /// <summary>The best of what the caller takes; null when it is none of them. Who says nothing gets the first.</summary>
    public static string? Of(HttpRequest request, params string[] forms)
    {
        request.HttpContext.Response.Headers.Vary = HeaderNames.Accept;
        var accepted = request.GetTypedHeaders().Accept;
        return accepted.Count == 0
            ? forms[0]
            : accepted.Where(range => range.Quality is not 0).OrderByDescending(range => range.Quality ?? 1)
                .Select(range => Array.Find(forms, form => new MediaTypeHeaderValue(form).IsSubsetOf(range))).FirstOrDefault(form => form is not null);
    }
}
