using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tumpang.ServiceDefaults;

namespace Tumpang.Sandbox.Features;

/// <param name="AmountMinorUnits">More than zero; who pays the code pays exactly this.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Reference">The caller's name for it, 1 to 255 characters.</param>
/// <param name="ExpiresInSeconds">For how long it can be paid, 1 s to a day.</param>
sealed record CodeRequest(long AmountMinorUnits = 0, string Currency = "", string Reference = "", int ExpiresInSeconds = 0);

/// <summary>Makes a code that phones can scan and pay, once per idempotency key.</summary>
static class CreateCode
{
    const int LongestSeconds = 24 * 60 * 60;

    const string InsertOnce = $"""
        insert into sandbox.codes (id, idempotency_key, request_hash, amount_minor_units, currency, reference, url, expires_at)
        values (@Id, @Key, @Hash, @AmountMinorUnits, @Currency, @Reference, @Url, now() + make_interval(secs => @ExpiresInSeconds))
        on conflict (idempotency_key) do nothing
        returning {Code.Columns}
        """;

    public static async Task<Results<Ok<CodeView>, ProblemHttpResult>> Handle(
        CodeRequest request, IdempotencyKey? key, HttpRequest http, Database database, CodeStore codes, IOptions<SandboxOptions> options, CancellationToken ct)
    {
        if (key is null) return SandboxProblems.KeyMissing.ToHttp();
        if (Validate(request) is { } problem) return problem.ToHttp();

        var (id, hash) = (Guid.CreateVersion7(), IdempotencyKey.HashOf(request));
        var row = new
        {
            Id = id,
            Key = key.Value,
            Hash = hash,
            request.AmountMinorUnits,
            request.Currency,
            request.Reference,
            Url = Url(options.Value.PublicUrl ?? new($"{http.Scheme}://{http.Host}"), id, request),
            request.ExpiresInSeconds,
        };
        var code = await database.Find<Code>(InsertOnce, row, ct) ?? await database.Find<Code>(Code.FindByKey, row, ct);
        return code!.RequestHash.AsSpan().SequenceEqual(hash) ? TypedResults.Ok(await codes.View(code, ct)) : SandboxProblems.KeyReused.ToHttp();
    }

    /// <summary>What it is over, it says for people; what is paid is what the row says.</summary>
    static string Url(Uri home, Guid id, CodeRequest request) =>
        new Uri(home, $"/sandbox/pay/{id}?amountMinorUnits={request.AmountMinorUnits}&currency={request.Currency}").ToString();

    static Problem? Validate(CodeRequest request) => request switch
    {
        { ExpiresInSeconds: < 1 or > LongestSeconds } => Problem.Invalid("expiresInSeconds", "A code can be paid for 1 second to a day."),
        _ => CreateCharge.Validate(new(request.AmountMinorUnits, request.Currency, "none", request.Reference)),
    };
}
