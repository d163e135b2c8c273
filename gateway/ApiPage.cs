namespace Tumpang.Gateway;

/// <summary>The page about the API: three small files of ours inside the assembly, so that it works without a network and from any directory.</summary>
internal static class ApiPage
{
    const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; frame-ancestors 'none'";

    public static void MapApiPage(this WebApplication app)
    {
        app.MapGet("/", () => TypedResults.Redirect("/docs")).AllowAnonymous();
        app.MapGet("/docs", (HttpResponse response) => Serve(response, "docs.html", "text/html; charset=utf-8")).AllowAnonymous();
        app.MapGet("/docs/docs.js", (HttpResponse response) => Serve(response, "docs.js", "text/javascript; charset=utf-8")).AllowAnonymous();
        app.MapGet("/docs/docs.css", (HttpResponse response) => Serve(response, "docs.css", "text/css; charset=utf-8")).AllowAnonymous();
    }

    static IResult Serve(HttpResponse response, string file, string contentType)
    {
        response.Headers.ContentSecurityPolicy = Policy;
        response.Headers.CacheControl = "no-cache";
        return TypedResults.Stream(typeof(ApiPage).Assembly.GetManifestResourceStream(file)!, contentType);
    }
}
