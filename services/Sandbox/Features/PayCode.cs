using System.Net;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tumpang.ServiceDefaults;

namespace Tumpang.Sandbox.Features;

/// <summary>What the phone of the payer sees.</summary>
/// <param name="ChargeId">Null while their bank has not carried it out.</param>
sealed record CodePayment(Guid? ChargeId, long AmountMinorUnits, string Currency);

/// <summary>
/// A phone follows a code and pays it at its owner's bank. Nothing stops a second phone that scanned it too: that is a second payment, told of as such.
/// Mapped in Development only.
/// </summary>
static class PayCode
{
    const string TakeOpen = $"select {Code.Columns} from sandbox.codes where id = @Id and expires_at > now() and closed_at is null for update";

    const string InsertScan = "insert into sandbox.scans (id, code_id, bank, arrives_at) values (@Id, @CodeId, @Bank, now() + @After)";

    /// <summary>The page that a browser shows for the code.</summary>
    public static async Task<Results<ContentHttpResult, ProblemHttpResult>> HandlePage(Guid codeId, CodeStore codes, CancellationToken ct) =>
        await codes.Find(codeId, ct) is { } code ? Page(code) : SandboxProblems.NoSuchCode.ToHttp();

    /// <param name="bank">How the payer's bank does it; without it, promptly.</param>
    public static async Task<Results<Ok<CodePayment>, RedirectHttpResult, ProblemHttpResult>> Handle(
        Guid codeId, string? bank, HttpRequest request, Database database, CodeStore codes, IOptions<SandboxOptions> options, CancellationToken ct)
    {
        var payers = PayersBank.Prompt;
        if (bank is not null && !Enum.TryParse(bank, ignoreCase: true, out payers)) return SandboxProblems.NoSuchBank.ToHttp();

        if (await Pay(codeId, payers, database, codes, options.Value, ct) is not { } paid)
        {
            return (await codes.Find(codeId, ct) is null ? SandboxProblems.NoSuchCode : SandboxProblems.CodeEnded).ToHttp();
        }

        return request.HasFormContentType ? TypedResults.Redirect(request.Path) : TypedResults.Ok(paid);
    }

    /// <summary>Null when there is no such code, or nobody is to pay it any more.</summary>
    static async Task<CodePayment?> Pay(Guid codeId, PayersBank bank, Database database, CodeStore codes, SandboxOptions options, CancellationToken ct)
    {
        await using var tx = await database.Begin(ct);
        if (await tx.Find<Code>(TakeOpen, new { Id = codeId }, ct) is not { } code) return null;

        var paid = await Begin(tx, code, bank, codes, options, ct);
        await tx.Commit(ct);
        return paid;
    }

    static async Task<CodePayment> Begin(Transaction tx, Code code, PayersBank bank, CodeStore codes, SandboxOptions options, CancellationToken ct)
    {
        if (bank is PayersBank.Slow)
        {
            await tx.Execute(InsertScan, new { Id = Guid.CreateVersion7(), CodeId = code.Id, Bank = bank.ToString(), After = options.PendingFor }, ct);
            return new(null, code.AmountMinorUnits, code.Currency);
        }

        var charge = await codes.Receive(tx, code.Id, bank, ct);
        return new(charge.Id, charge.AmountMinorUnits, charge.Currency);
    }

    static ContentHttpResult Page(Code code)
    {
        var pay = code.Ended ? "" : "<form method=\"post\"><button>Pay</button></form>\n";
        return TypedResults.Content($"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Pay {code.Amount}</title></head><body>
            <h1>{code.Amount}</h1>
            <p>{WebUtility.HtmlEncode(code.Reference)}: {code.Status}</p>
            {pay}</body></html>
            """, "text/html; charset=utf-8");
    }
}
