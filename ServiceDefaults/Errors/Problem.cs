using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Tumpang.Contracts;

namespace Tumpang.ServiceDefaults;

/// <summary>One way in which a service says no, as RFC 9457 problem details.</summary>
/// <param name="Status">HTTP status, 4xx or 503.</param>
/// <param name="Code">Stable kebab-case code that clients may switch on; also the last part of the type URI.</param>
/// <param name="Detail">One plain sentence for people.</param>
/// <param name="Field">The field at fault in the request, camelCase, when there is one.</param>
public sealed record Problem(int Status, string Code, string Detail, string? Field = null)
{
    /// <summary>The present state, when the request does not fit it.</summary>
    public string? State { get; init; }

    /// <summary>After how many seconds the same request may succeed; sets Retry-After.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>The problem as an answer.</summary>
    public ProblemHttpResult ToHttp() => TypedResults.Problem(Details());

    /// <summary>The problem as its RFC 9457 document.</summary>
    public ProblemDetails Details()
    {
        var details = new ProblemDetails { Status = Status, Type = $"/problems/{Code}", Title = Titles.Of(Status), Detail = Detail };
        details.Extensions["code"] = Code;
        Add(details, "field", Field);
        Add(details, "state", State);
        Add(details, "retryAfterSeconds", RetryAfterSeconds);
        return details;
    }

    /// <summary>404, also for what exists but belongs to another.</summary>
    public static Problem NotFound(string what) => new(StatusCodes.Status404NotFound, "not-found", $"There is no such {what}.");

    /// <summary>400 for a value that cannot be understood.</summary>
    public static Problem Invalid(string field, string detail) => new(StatusCodes.Status400BadRequest, "invalid-request", detail, field);

    static void Add(ProblemDetails details, string name, object? value)
    {
        if (value is not null)
        {
            details.Extensions[name] = value;
        }
    }
}

/// <summary>What a pure rule decided: an event that happened, or the reason why not.</summary>
public readonly record struct Decision<TEvent>(TEvent? Event, Problem? Problem)
    where TEvent : class
{
    public static implicit operator Decision<TEvent>(TEvent happened) => new(happened, null);

    public static implicit operator Decision<TEvent>(Problem problem) => new(null, problem);
}

static class Titles
{
    public static string Of(int status) => status switch
    {
        400 => "The request is malformed.",
        401 => "Log in first.",
        403 => "Not allowed.",
        404 => "Not found.",
        405 => "Wrong method.",
        406 => "Not in that form.",
        409 => "Not in this state.",
        413 => "Too large.",
        415 => "Wrong media type.",
        422 => "Understood, but not possible.",
        429 => "Slow down.",
        503 => "Not available right now.",
        _ => "Something went wrong.",
    };
}
