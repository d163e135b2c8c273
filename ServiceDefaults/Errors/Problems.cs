using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Polly.CircuitBreaker;
using Polly.Timeout;
using StackExchange.Redis;

namespace Tumpang.ServiceDefaults.Errors;

/// <summary>Turns everything that is not a 2xx into problem details, in one place; nothing leaks a stack trace.</summary>
static partial class Problems
{
    public static void AddProblems(this WebApplicationBuilder builder)
    {
        builder.Services.AddProblemDetails(options => options.CustomizeProblemDetails = Complete);
        builder.Services.AddExceptionHandler<ExceptionProblems>();

        // Otherwise only Development learns which part of a request could not be read.
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
    }

    public static void UseProblems(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages();
    }

    /// <summary>Framework answers (a 404 of routing, a 401 of authentication) get the same shape as ours.</summary>
    static void Complete(ProblemDetailsContext context)
    {
        var details = context.ProblemDetails;
        if (!details.Extensions.ContainsKey("code"))
        {
            var status = details.Status ?? context.HttpContext.Response.StatusCode;
            var code = CodeOf(status);
            details.Extensions["code"] = code;
            details.Type = $"/problems/{code}";
            details.Title = Titles.Of(status);
        }

        if (details.Extensions.TryGetValue("retryAfterSeconds", out var seconds))
        {
            context.HttpContext.Response.Headers.RetryAfter = Convert.ToString(seconds);
        }

        details.Extensions.Remove("traceId");
        details.Extensions["requestId"] = context.HttpContext.Request.Headers["X-Request-ID"] is [{ } requestId] ? requestId : context.HttpContext.TraceIdentifier;
    }

    static string CodeOf(int status) => status switch
    {
        400 => "invalid-request",
        401 => "unauthenticated",
        403 => "forbidden",
        404 => "not-found",
        405 => "method-not-allowed",
        413 => "too-large",
        415 => "unsupported-media-type",
        429 => "too-many-requests",
        503 => "unavailable",
        _ => "internal-error",
    };

    sealed partial class ExceptionProblems(IProblemDetailsService problems, ILogger<ExceptionProblems> logger) : IExceptionHandler
    {
        public async ValueTask<bool> TryHandleAsync(HttpContext http, Exception exception, CancellationToken ct)
        {
            if (ct.IsCancellationRequested)
            {
                return true;
            }

            var problem = Explain(exception);
            if (problem.Status >= 500)
            {
                Failed(http.Request.Method, http.Request.Path, problem.Code, exception);
            }

            http.Response.StatusCode = problem.Status;
            return await problems.TryWriteAsync(new() { HttpContext = http, ProblemDetails = problem.Details(), Exception = exception });
        }

        static Problem Explain(Exception exception) => exception switch
        {
            BadHttpRequestException { StatusCode: 413 } => new(413, "too-large", "The body is larger than this endpoint accepts."),
            BadHttpRequestException { InnerException: JsonException json } => new(400, "invalid-request", "The body is not the JSON that this endpoint expects.", FieldOf(json)),
            BadHttpRequestException bad => new(bad.StatusCode, "invalid-request", "A part of the request is missing or cannot be read."),
            // A zero character is valid JSON and in no text or document of Postgres.
            PostgresException { SqlState: PostgresErrorCodes.CharacterNotInRepertoire or PostgresErrorCodes.UntranslatableCharacter }
                => new(400, "invalid-request", "The request has a character that no text holds."),
            PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.LockNotAvailable }
                => new(409, "lost-the-race", "Another request changed this at the same moment; read it again.") { RetryAfterSeconds = 1 },
            NpgsqlException { IsTransient: true } or RedisException or TimeoutException or TimeoutRejectedException or BrokenCircuitException or HttpRequestException
                => new(503, "unavailable", "A part of the fleet is not reachable right now; nothing was changed.") { RetryAfterSeconds = 1 },
            _ => new(500, "internal-error", "This is our fault; it has been logged under the request id."),
        };

        /// <summary>The place in the body; for a missing field only the message names it.</summary>
        static string? FieldOf(JsonException json) =>
            json.Path is { Length: > 2 } path ? path[2..]
            : json.Message.Split('\'') is [_, _, _, var missing, ..] && json.Message.Contains("missing required", StringComparison.Ordinal) ? missing
            : null;

        [LoggerMessage(LogLevel.Error, "{Method} {Path} failed: {Code}")]
        partial void Failed(string method, string path, string code, Exception exception);
    }
}
