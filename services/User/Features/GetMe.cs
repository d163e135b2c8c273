using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Users.Features;

/// <summary>A user's own profile; nobody else can read it.</summary>
sealed record Profile(
    Guid UserId, string PhoneNumber, string? FullName, string? Email, IReadOnlyList<string> Roles, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>Who I am. The identity is the token's; there is no id to change in the address.</summary>
static class GetMe
{
    public static async Task<Results<Ok<Profile>, ProblemHttpResult>> Handle(
        CurrentUser user, AccountStore accounts, PersonalData personalData, Operators operators, CancellationToken ct)
    {
        if (await accounts.Find(user.Id, ct) is not { } account) return UserProblems.NoSuchUser.ToHttp();

        string? Reveal(string? stored, string column) => stored is null ? null : personalData.Reveal(stored, account.Id, column);
        return TypedResults.Ok(new Profile(
            account.Id, Reveal(account.Phone, Columns.Phone)!, Reveal(account.FullName, Columns.FullName), Reveal(account.Email, Columns.Email),
            account.Roles(operators), account.CreatedAt, account.UpdatedAt));
    }
}
