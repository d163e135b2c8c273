using System.Security.Cryptography;

namespace Tumpang.Users;

/// <summary>
/// Who operates the fleet: the numbers of Operators:PhoneNumbers, separated by commas. Taking a number off the list takes the role away
/// at the next refresh.
/// </summary>
sealed class Operators(IConfiguration configuration, PersonalData personalData)
{
    readonly byte[][] indexes = [.. Numbers(configuration["Operators:PhoneNumbers"]).Select(personalData.IndexOf)];

    public bool Include(byte[] phoneIndex) => Array.Exists(indexes, index => CryptographicOperations.FixedTimeEquals(index, phoneIndex));

    static IEnumerable<PhoneNumber> Numbers(string? setting) => (setting ?? "")
        .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select((number, place) => PhoneNumber.Parse(number) ?? throw new InvalidOperationException($"Entry {place + 1} of Operators:PhoneNumbers is no phone number."));
}
