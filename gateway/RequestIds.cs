namespace Tumpang.Gateway;

/// <summary>
/// Every request has an id: the caller's when it is sane, else ours. It goes on to the services, into their problems and logs, and
/// back to the caller.
/// </summary>
internal static class RequestIds
{
    public const string Header = "X-Request-ID";
    const int Longest = 64;

    public static void UseRequestIds(this WebApplication app) => app.Use((http, next) =>
    {
        if (http.Request.Headers[Header] is not [{ } given] || !IsSane(given))
        {
            http.Request.Headers[Header] = Guid.CreateVersion7().ToString("N");
        }

        http.Response.OnStarting(Echo, http);
        return next(http);
    });

    static Task Echo(object state)
    {
        var http = (HttpContext)state;
        http.Response.Headers[Header] = http.Request.Headers[Header];
        return Task.CompletedTask;
    }

    /// <summary>Nothing that could break a log line or a header.</summary>
    static bool IsSane(string id)
    {
        foreach (var letter in id)
        {
            if (!char.IsAsciiLetterOrDigit(letter) && letter is not ('-' or '_' or '.' or ':'))
            {
                return false;
            }
        }

        return id.Length is > 0 and <= Longest;
    }
}
