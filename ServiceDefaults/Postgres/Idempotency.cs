using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.DependencyInjection;

namespace Tumpang.ServiceDefaults;

/// <summary>
/// Whatever a phone may send twice, it may send twice. Key, effect and answer are one transaction: a repeated key gets the first
/// answer, the same key with another request is a 422, a twin still in flight is a 409 with Retry-After. Refusals leave nothing behind
/// and are judged anew.
/// </summary>
public static class Idempotency
{
    const string Header = "Idempotency-Key";
    const int LongestKey = 255;

    /// <summary>
    /// Opens the endpoint's <see cref="Transaction"/>, commits it when the answer is 2xx and rolls it back otherwise.
    /// With an Idempotency-Key the answer is kept for a day, per caller and route.
    /// </summary>
    public static RouteHandlerBuilder Idempotent(this RouteHandlerBuilder route) => route.AddEndpointFilter(Run);

    static async ValueTask<object?> Run(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var ct = http.RequestAborted;
        await using var transaction = http.Features.Get<Transaction>()
            ?? throw new InvalidOperationException("An idempotent endpoint takes a Transaction parameter.");
        if (http.Request.Headers[Header] is not [{ Length: > 0 } key])
        {
            await transaction.Open(ct);
            return await CommitWhenWanted(transaction, await next(context), ct);
        }

        if (key.Length > LongestKey)
        {
            return Problem.Invalid(Header, $"An idempotency key has at most {LongestKey} characters.").ToHttp();
        }

        await transaction.Open(ct);
        var store = http.RequestServices.GetRequiredService<IdempotencyStore>();
        var request = new IdempotentRequest(ScopeOf(http), key, HashOf(context));
        return await store.Claim(transaction, request, ct) switch
        {
            { Stored: { } answer } => answer,
            { Problem: { } problem } => problem.ToHttp(),
            _ => await Answer(store, transaction, request, await next(context), http, ct),
        };
    }

    static async Task<object?> Answer(
        IdempotencyStore store, Transaction transaction, IdempotentRequest request, object? result, HttpContext http, CancellationToken ct)
    {
        if (!IsSuccess(result))
        {
            return await CommitWhenWanted(transaction, result, ct);
        }

        var options = http.RequestServices.GetRequiredService<Microsoft.Extensions.Options.IOptions<Microsoft.AspNetCore.Http.Json.JsonOptions>>().Value.SerializerOptions;
        var answer = StoredAnswer.Of(result, options);
        store.Keep(transaction, request, answer);
        await transaction.Commit(ct);
        return answer;
    }

    static async Task<object?> CommitWhenWanted(Transaction transaction, object? result, CancellationToken ct)
    {
        if (IsSuccess(result) || transaction.KeepsWhenRefused)
        {
            await transaction.Commit(ct);
        }

        return result;
    }

    static bool IsSuccess(object? result) => Unwrap(result) is not IStatusCodeHttpResult { StatusCode: >= 400 };

    static object? Unwrap(object? result) => result is INestedHttpResult nested ? nested.Result : result;

    static string ScopeOf(HttpContext http) =>
        $"{CurrentUser.From(http.User)?.Id.ToString() ?? "anonymous"} {http.Request.Method} {http.Request.Path}";

    /// <summary>Of what the endpoint understood, so that white space and unknown fields make no difference.</summary>
    static byte[] HashOf(EndpointFilterInvocationContext context)
    {
        var bodyType = context.HttpContext.GetEndpoint()?.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType;
        var body = context.Arguments.FirstOrDefault(argument => argument is not null && argument.GetType() == bodyType);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(context.HttpContext.Request.QueryString.Value ?? ""));
        hash.AppendData(body is null ? [] : JsonSerializer.SerializeToUtf8Bytes(body, body.GetType(), Json.Options));
        return hash.GetHashAndReset();
    }
}

/// <summary>Identifies one attempt: who and where, the key, and what was asked.</summary>
sealed record IdempotentRequest(string Scope, string Key, byte[] Hash);

/// <summary>What claiming a key found: an earlier answer, a reason to refuse, or neither.</summary>
sealed record KeyClaim(StoredAnswer? Stored, Problem? Problem);

/// <summary>An answer as it was first given.</summary>
sealed record StoredAnswer(short Status, string Body, string ContentType) : IResult
{
    public static StoredAnswer Of(object? result, JsonSerializerOptions options)
    {
        var inner = result is INestedHttpResult nested ? nested.Result : result;
        var status = (inner as IStatusCodeHttpResult)?.StatusCode ?? (inner is null ? StatusCodes.Status204NoContent : StatusCodes.Status200OK);
        var value = inner is IValueHttpResult withValue ? withValue.Value : inner is IResult ? null : inner;
        return value is null
            ? new((short)status, "", "")
            : new((short)status, JsonSerializer.Serialize(value, value.GetType(), options), "application/json; charset=utf-8");
    }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = Status;
        if (Body.Length > 0)
        {
            httpContext.Response.ContentType = ContentType;
            await httpContext.Response.WriteAsync(Body, httpContext.RequestAborted);
        }
    }
}

/// <summary>The idempotency table of this service's schema.</summary>
sealed class IdempotencyStore(SchemaName schema)
{
    // Two statements in one round trip, not one: the second must see what the holder of the lock before us committed.
    readonly string lockAndFind = $"""
        select pg_try_advisory_xact_lock(@Lock);
        select status, body, content_type, request_hash from {schema.Value}.idempotency_keys where scope = @Scope and key = @Key;
        """;

    readonly string keep = $"""
        insert into {schema.Value}.idempotency_keys (scope, key, request_hash, status, body, content_type)
        values (@Scope, @Key, @Hash, @Status, @Body, @ContentType)
        """;

    /// <summary>The advisory lock lasts as long as the transaction, so a twin in flight is seen without waiting for it.</summary>
    public async Task<KeyClaim> Claim(Transaction transaction, IdempotentRequest request, CancellationToken ct)
    {
        var (locked, row) = await LockAndFind(transaction, request, ct);
        if (!locked)
        {
            return new(null, new(409, "request-in-flight", "The same request is being handled right now; ask again.") { RetryAfterSeconds = 1 });
        }

        return row switch
        {
            null => new(null, null),
            _ when !row.RequestHash.AsSpan().SequenceEqual(request.Hash) => new(null, new(422, "idempotency-key-reused", "This idempotency key was used for another request.", "Idempotency-Key")),
            _ => new(new(row.Status, row.Body, row.ContentType), null),
        };
    }

    public void Keep(Transaction transaction, IdempotentRequest request, StoredAnswer answer) =>
        transaction.Later(keep, new { request.Scope, request.Key, request.Hash, answer.Status, answer.Body, answer.ContentType });

    async Task<(bool Locked, Row? Row)> LockAndFind(Transaction transaction, IdempotentRequest request, CancellationToken ct)
    {
        var parameters = new { Lock = LockOf(request), request.Scope, request.Key };
        await using var results = await transaction.Connection.QueryMultipleAsync(new(lockAndFind, parameters, transaction.Inner, cancellationToken: ct));
        return (await results.ReadSingleAsync<bool>(), await results.ReadFirstOrDefaultAsync<Row>());
    }

    long LockOf(IdempotentRequest request) =>
        BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{schema.Value}\n{request.Scope}\n{request.Key}")));

    sealed record Row(short Status, string Body, string ContentType, byte[] RequestHash);
}

/// <summary>Keys older than a day are forgotten, and inbox ids older than what any outbox could still replay.</summary>
sealed class ForgetIdempotencyKeys(Database database, SchemaName schema) : ISweep
{
    const int BatchSize = 5_000;

    public TimeSpan Every => TimeSpan.FromMinutes(5);

    public async Task<bool> Sweep(CancellationToken ct)
    {
        var sql = $"""
            delete from {schema.Value}.idempotency_keys
            where (scope, key) in (select scope, key from {schema.Value}.idempotency_keys where created_at < now() - interval '1 day' limit {BatchSize})
            """;
        return await database.Execute(sql, null, ct) == BatchSize;
    }
}
