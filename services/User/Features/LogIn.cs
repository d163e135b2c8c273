using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Users.Features;

/// <param name="PhoneNumber">As for the code.</param>
/// <param name="Code">The six digits of the text message.</param>
sealed record LoginRequest(string? PhoneNumber = null, string? Code = null);

/// <summary>Code in, tokens out. The first login of a number makes a passenger.</summary>
static class LogIn
{
    public static async Task<Results<Ok<SessionView>, ProblemHttpResult>> Handle(
        LoginRequest request, OtpStore codes, AccountStore accounts, SessionStore sessions, Database database, CityClock clock, HttpResponse response, CancellationToken ct)
    {
        if (PhoneNumber.Parse(request.PhoneNumber) is not { } phone) return RequestOtp.NotANumber.ToHttp();
        if (!IsCode(request.Code)) return Problem.Invalid("code", "A code has six digits.").ToHttp();
        if (!await codes.Redeem(phone, request.Code!)) return UserProblems.CodeRefused.ToHttp();

        var now = clock.GetUtcNow();
        await using var tx = await database.Begin(ct);
        var account = await accounts.FindOrRegister(tx, phone, now, ct);
        if (!account.IsActive) return UserProblems.Deactivated.ToHttp();

        var roles = await accounts.Roles(tx, account, now, ct);
        var session = await sessions.Begin(tx, account.Id, roles, ct);
        await tx.Audit(account.Id, account.Id, AuditAction.LoggedIn, null, now, ct);
        await tx.Commit(ct);
        response.Headers.CacheControl = "no-store";
        return TypedResults.Ok(session);
    }

    static bool IsCode(string? code) => code is { Length: 6 } && code.All(char.IsAsciiDigit);
}
