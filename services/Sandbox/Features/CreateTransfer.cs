using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Tumpang.ServiceDefaults;

namespace Tumpang.Sandbox.Features;

/// <param name="AmountMinorUnits">More than zero, in minor units of <paramref name="Currency"/>.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="AccountNumber">4 to 34 capital letters and digits; some decide what happens: docs/sandbox.md.</param>
/// <param name="BankCode">1 to 11 capital letters and digits.</param>
/// <param name="HolderName">1 to 100 characters.</param>
/// <param name="Reference">The caller's name for it, 1 to 255 characters.</param>
sealed record TransferRequest(
    long AmountMinorUnits = 0, string Currency = "", string AccountNumber = "", string BankCode = "", string HolderName = "", string Reference = "");

/// <summary>Sends money to a bank account, once per idempotency key, and answers as the account's number asks.</summary>
static partial class CreateTransfer
{
    const string InsertOnce = $"""
        insert into sandbox.transfers
            (id, idempotency_key, request_hash, amount_minor_units, currency, account_number, reference, status, outcome, decline_code, decides_at, decided_at,
             returns_at)
        values
            (@Id, @Key, @Hash, @AmountMinorUnits, @Currency, @AccountNumber, @Reference, @Status, @Outcome, @DeclineCode, now() + @Wait,
             case when @Status = 'Pending' then null else now() end, now() + @Wait + @ReturnsAfter::interval)
        on conflict (idempotency_key) do nothing
        returning {Transfer.Columns}
        """;

    public static async Task<Results<Ok<TransferView>, ProblemHttpResult, EmptyHttpResult>> Handle(
        TransferRequest request, IdempotencyKey? key, Database database, ChargeStore notices, Patience patience, IOptions<SandboxOptions> options,
        CancellationToken ct)
    {
        if (key is null) return SandboxProblems.KeyMissing.ToHttp();
        if (Validate(request) is { } problem) return problem.ToHttp();

        var behaviour = Transfer.BehaviourOf(request.AccountNumber);
        if (!behaviour.Happens) return SandboxProblems.Broken.ToHttp();

        if (await Insert(request, key, behaviour, database, notices, options.Value, ct) is not { } transfer)
        {
            var first = await database.Find<Transfer>(Transfer.FindByKey, new { Key = key.Value }, ct);
            return first!.RequestHash.AsSpan().SequenceEqual(IdempotencyKey.HashOf(request)) ? TypedResults.Ok(first.View()) : SandboxProblems.KeyReused.ToHttp();
        }

        return await patience.Allows(behaviour.Answer, options.Value.AnswerDelay, ct)
            ? behaviour.Answer is Answer.WithError ? SandboxProblems.Broken.ToHttp() : TypedResults.Ok(transfer.View())
            : TypedResults.Empty;
    }

    static async Task<Transfer?> Insert(
        TransferRequest request, IdempotencyKey key, CardBehaviour behaviour, Database database, ChargeStore notices, SandboxOptions options,
        CancellationToken ct)
    {
        await using var tx = await database.Begin(ct);
        var transfer = await tx.Find<Transfer>(InsertOnce, new
        {
            Id = Guid.CreateVersion7(),
            Key = key.Value,
            Hash = IdempotencyKey.HashOf(request),
            request.AmountMinorUnits,
            request.Currency,
            request.AccountNumber,
            request.Reference,
            Status = behaviour.Pending ? ChargeStatus.Pending : behaviour.Outcome,
            behaviour.Outcome,
            behaviour.DeclineCode,
            Wait = behaviour.Pending ? options.PendingFor : TimeSpan.Zero,
            ReturnsAfter = ReturnBehaviour.Of(request.AccountNumber) is null ? (TimeSpan?)null : options.ReturnAfter,
        }, ct);
        if (transfer is not null && !behaviour.Pending) await notices.AddNotices(tx, transfer, options.PendingFor, ct);
        await tx.Commit(ct);
        return transfer;
    }

    static Problem? Validate(TransferRequest request) => request switch
    {
        { AmountMinorUnits: <= 0 } => Problem.Invalid("amountMinorUnits", "An amount is a whole number of minor units, more than zero."),
        _ when !Currency().IsMatch(request.Currency) => Problem.Invalid("currency", "A currency is an ISO 4217 code, for example USD."),
        _ when !Account().IsMatch(request.AccountNumber) => Problem.Invalid("accountNumber", "An account number has 4 to 34 capital letters and digits."),
        _ when !Bank().IsMatch(request.BankCode) => Problem.Invalid("bankCode", "A bank code has 1 to 11 capital letters and digits."),
        { HolderName.Length: 0 or > 100 } => Problem.Invalid("holderName", "A holder's name has 1 to 100 characters."),
        { Reference.Length: 0 or > 255 } => Problem.Invalid("reference", "A reference has 1 to 255 characters."),
        _ => null,
    };

    [GeneratedRegex("^[A-Z]{3}$", RegexOptions.None, matchTimeoutMilliseconds: 100)]
    private static partial Regex Currency();

    [GeneratedRegex("^[A-Z0-9]{4,34}$", RegexOptions.None, matchTimeoutMilliseconds: 100)]
    private static partial Regex Account();

    [GeneratedRegex("^[A-Z0-9]{1,11}$", RegexOptions.None, matchTimeoutMilliseconds: 100)]
    private static partial Regex Bank();
}
