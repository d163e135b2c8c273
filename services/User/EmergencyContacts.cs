using Tumpang.ServiceDefaults;

namespace Tumpang.Users;

/// <summary>Whom to text when the user asks for help.</summary>
sealed record EmergencyContact(string Name, string PhoneNumber);

/// <summary>The rows of emergency contacts, and how they are read.</summary>
static class EmergencyContacts
{
    /// <summary>As many places as the table has.</summary>
    public const int Most = 3;

    public const string Select = "select place, name, phone from users.emergency_contacts where user_id = @UserId order by place";

    /// <summary>What encryption binds a value of this place to.</summary>
    public static string Column(int place, string column) => $"emergency_contacts.{place}.{column}";

    /// <summary>A contact as its row, still encrypted.</summary>
    public sealed record Row(short Place, string Name, string Phone)
    {
        public EmergencyContact Reveal(PersonalData personalData, Guid userId) =>
            new(personalData.Reveal(Name, userId, Column(Place, "name")), personalData.Reveal(Phone, userId, Column(Place, "phone")));
    }
}
