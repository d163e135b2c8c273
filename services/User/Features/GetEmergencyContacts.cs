using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Users.Features;

/// <summary>Whom to text; the user's own, nobody else can read it.</summary>
static class GetEmergencyContacts
{
    public sealed record Answer(IReadOnlyList<EmergencyContact> Contacts);

    public static async Task<Ok<Answer>> Handle(CurrentUser user, Database database, PersonalData personalData, CancellationToken ct)
    {
        var rows = await database.List<EmergencyContacts.Row>(EmergencyContacts.Select, new { UserId = user.Id }, ct);
        return TypedResults.Ok(new Answer([.. rows.Select(row => row.Reveal(personalData, user.Id))]));
    }
}
