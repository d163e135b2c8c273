using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Users.Features;

/// <param name="FullName">2 to 255 characters. Absent: stays.</param>
/// <param name="Email">At most 254 characters. Absent: stays.</param>
sealed record ProfileRequest(string? FullName = null, string? Email = null);

/// <summary>Changes what was sent and leaves the rest. Answers without a body: stored answers must not hold personal data.</summary>
static partial class ChangeMe
{
    const string SaveProfile = """
        update users.users
        set    full_name = coalesce(@FullName, full_name), email = coalesce(@Email, email), updated_at = @Now
        where  id = @Id
        """;

    public static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        ProfileRequest request, CurrentUser user, Transaction tx, PersonalData personalData, CityClock clock, CancellationToken ct)
    {
        var (fullName, email, now) = (request.FullName?.Trim(), request.Email?.Trim(), clock.GetUtcNow());
        if (fullName is not null && !IsName(fullName)) return Problem.Invalid("fullName", "A name has 2 to 255 characters.").ToHttp();
        if (email is not null && !IsEmail(email)) return Problem.Invalid("email", "This is not an e-mail address.").ToHttp();

        var saved = await tx.Execute(SaveProfile, new { user.Id, FullName = Protect(fullName, Columns.FullName), Email = Protect(email, Columns.Email), Now = now }, ct);
        if (saved == 0) return UserProblems.NoSuchUser.ToHttp();

        await tx.Audit(user.Id, user.Id, AuditAction.ProfileChanged, null, now, ct);
        return TypedResults.NoContent();

        string? Protect(string? text, string column) => text is null ? null : personalData.Protect(text, user.Id, column);
    }

    static bool IsName(string name) => name.Length is >= 2 and <= 255 && !name.Any(char.IsControl);

    static bool IsEmail(string email) => email.Length <= 254 && EmailForm().IsMatch(email);

    [GeneratedRegex(@"^[^\s@]+@[^\s@]+\.[^\s@]+\z", RegexOptions.None, matchTimeoutMilliseconds: 100)]
    private static partial Regex EmailForm();
}
