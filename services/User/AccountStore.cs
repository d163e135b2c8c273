using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Users;

/// <summary>The SQL that several features share.</summary>
sealed class AccountStore(Database database, PersonalData personalData, Operators operators)
{
    const string Select = """
        select u.id, u.phone_index, u.phone, u.full_name, u.email, u.role, u.is_active, u.created_at, u.updated_at, d.status as driver_status
        from   users.users u left join users.drivers d on d.user_id = u.id
        """;

    const string RegisterOnce = """
        insert into users.users (id, phone_index, phone, created_at, updated_at)
        values (@Id, @PhoneIndex, @Phone, @Now, @Now)
        on conflict (phone_index) do nothing
        """;

    const string ChangeRole = "update users.users set role = @Role, updated_at = @Now where id = @Id and role <> @Role";

    const string CountEvent = "update users.users set version = version + 1, updated_at = @Now where id = @UserId returning version";

    public Task<Account?> Find(Guid userId, CancellationToken ct) => database.Find<Account>($"{Select} where u.id = @Id", new { Id = userId }, ct);

    public static Task<Account?> Find(Transaction tx, Guid userId, CancellationToken ct) => tx.Find<Account>($"{Select} where u.id = @Id", new { Id = userId }, ct);

    /// <summary>The account of a number; the first login of a number makes one, however many logins run at once.</summary>
    public async Task<Account> FindOrRegister(Transaction tx, PhoneNumber phone, DateTimeOffset now, CancellationToken ct)
    {
        var byPhone = new { PhoneIndex = personalData.IndexOf(phone) };
        if (await tx.Find<Account>($"{Select} where u.phone_index = @PhoneIndex", byPhone, ct) is { } known) return known;

        var id = Guid.CreateVersion7();
        if (await tx.Execute(RegisterOnce, new { Id = id, byPhone.PhoneIndex, Phone = personalData.Protect(phone.E164, id, Columns.Phone), Now = now }, ct) == 1)
        {
            await tx.Audit(id, id, AuditAction.Registered, null, now, ct);
            tx.Publish(new UserRegistered(id) { OccurredAt = now, Version = 1 });
        }

        return (await tx.Find<Account>($"{Select} where u.phone_index = @PhoneIndex", byPhone, ct))!;
    }

    /// <summary>Brings the role of the row up to what a token issued now says, and notes the change.</summary>
    public async Task<IReadOnlyList<string>> Roles(Transaction tx, Account account, DateTimeOffset now, CancellationToken ct)
    {
        var role = account.HighestRole(operators);
        if (role != account.Role && await tx.Execute(ChangeRole, new { account.Id, Role = role, Now = now }, ct) == 1)
        {
            await tx.Audit(account.Id, account.Id, AuditAction.RoleChanged, role, now, ct);
        }

        return account.Roles(operators);
    }

    /// <summary>The version for the next event about this user.</summary>
    public static Task<long> NextVersion(Transaction tx, Guid userId, DateTimeOffset now, CancellationToken ct) =>
        tx.Find<long>(CountEvent, new { UserId = userId, Now = now }, ct);
}
