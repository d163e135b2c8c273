using Tumpang.ServiceDefaults;

namespace Tumpang.Users;

/// <summary>An account as its row, personal data still encrypted, with the state of its driver.</summary>
sealed record Account(
    Guid Id, byte[] PhoneIndex, string Phone, string? FullName, string? Email, string Role, bool IsActive, DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt, string? DriverStatus)
{
    /// <summary>What a token issued now may say. Everybody is a passenger; only an approved driver is a driver.</summary>
    public IReadOnlyList<string> Roles(Operators operators)
    {
        List<string> roles = [ServiceDefaults.Role.Passenger];
        if (DriverStatus == Users.DriverStatus.Approved) roles.Add(ServiceDefaults.Role.Driver);
        if (operators.Include(PhoneIndex)) roles.Add(ServiceDefaults.Role.Operator);
        return roles;
    }

    /// <summary>The highest of the roles, as the row keeps it.</summary>
    public string HighestRole(Operators operators) => Roles(operators)[^1] switch
    {
        ServiceDefaults.Role.Operator => nameof(ServiceDefaults.Role.Operator),
        ServiceDefaults.Role.Driver => nameof(ServiceDefaults.Role.Driver),
        _ => nameof(ServiceDefaults.Role.Passenger),
    };
}

/// <summary>Pending → Approved ⇄ Suspended.</summary>
static class DriverStatus
{
    public const string Pending = nameof(Pending);
    public const string Approved = nameof(Approved);
    public const string Suspended = nameof(Suspended);
}

/// <summary>Names of the encrypted columns; each value is bound to its own.</summary>
static class Columns
{
    public const string Phone = "phone";
    public const string FullName = "full_name";
    public const string Email = "email";
}
