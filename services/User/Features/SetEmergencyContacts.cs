using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Users.Features;

/// <summary>
/// Says whom to text when the user asks for help; the list takes the place of the one before. Answers without a body: stored answers must not hold personal data.
/// </summary>
static class SetEmergencyContacts
{
    /// <param name="Contacts">None to three.</param>
    public sealed record Request(Contact?[]? Contacts = null);

    /// <param name="Name">1 to 100 characters.</param>
    /// <param name="PhoneNumber">As for a login; each once.</param>
    public sealed record Contact(string? Name = null, string? PhoneNumber = null);

    // The user's row first: of two lists at once one follows the other whole.
    const string Clear = """
        select from users.users where id = @UserId for no key update;
        delete from users.emergency_contacts where user_id = @UserId;
        """;

    const string Insert = """
        insert into users.emergency_contacts (user_id, place, name, phone)
        select @UserId, place, name, phone from unnest(@Places, @Names, @Phones) as contact (place, name, phone)
        """;

    public static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        Request request, CurrentUser user, Transaction tx, PersonalData personalData, CityClock clock, CancellationToken ct)
    {
        if (request.Contacts is not { Length: <= EmergencyContacts.Most } contacts)
            return Problem.Invalid("contacts", $"There are none to {EmergencyContacts.Most} emergency contacts.").ToHttp();
        if (contacts.Any(contact => contact?.Name?.Trim() is not { Length: >= 1 and <= 100 } name || name.Any(char.IsControl)))
            return Problem.Invalid("contacts.name", "A name has 1 to 100 characters.").ToHttp();

        var phones = contacts.Select(contact => PhoneNumber.Parse(contact!.PhoneNumber)).OfType<PhoneNumber>().Distinct().ToArray();
        if (phones.Length < contacts.Length)
            return Problem.Invalid("contacts.phoneNumber", "Give different phone numbers in international form, for example +12125550123.").ToHttp();

        await tx.Execute(Clear, new { UserId = user.Id }, ct);
        await tx.Execute(Insert, new
        {
            UserId = user.Id,
            Places = contacts.Select((_, index) => (short)(index + 1)).ToArray(),
            Names = contacts.Select((contact, index) => personalData.Protect(contact!.Name!.Trim(), user.Id, EmergencyContacts.Column(index + 1, "name"))).ToArray(),
            Phones = phones.Select((phone, index) => personalData.Protect(phone.E164, user.Id, EmergencyContacts.Column(index + 1, "phone"))).ToArray(),
        }, ct);
        await tx.Audit(user.Id, user.Id, AuditAction.ProfileChanged, "emergency-contacts", clock.GetUtcNow(), ct);
        return TypedResults.NoContent();
    }
}
