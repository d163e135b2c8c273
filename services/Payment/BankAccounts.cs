using System.Text.Json;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments;

/// <summary>Where a driver is paid. Never shown whole, and stored sealed.</summary>
internal sealed record BankDetails(string HolderName, string BankCode, string AccountNumber)
{
    /// <summary>All of the number that is ever shown: of a short one less, or it would be the number.</summary>
    public string EndsWith => AccountNumber[^Math.Min(4, AccountNumber.Length / 3)..];

    /// <summary>Sealed into the row of that id; a copy in another row does not open.</summary>
    public byte[] Seal(CardTokens tokens, Guid bankAccountId) => tokens.Seal(JsonSerializer.Serialize(this, Json.Options), bankAccountId);

    public static BankDetails Open(byte[] box, CardTokens tokens, Guid bankAccountId) =>
        JsonSerializer.Deserialize<BankDetails>(tokens.Open(box, bankAccountId), Json.Options)!;
}

/// <summary>A driver's bank account as its owner sees it.</summary>
internal sealed record BankAccountView(Guid BankAccountId, string AccountNumberEndsWith, DateTimeOffset CreatedAt);

/// <summary>The SQL that the features of bank accounts share.</summary>
internal static class BankAccounts
{
    const string Lock = "select pg_advisory_xact_lock(hashtextextended(@DriverId::text, 2))";

    const string FindInUse = "select exists (select from payment.payouts where driver_id = @DriverId and status in ('Due', 'Sent'))";

    const string RemoveLive = """
        update payment.bank_accounts set details = null, removed_at = @Now where driver_id = @DriverId and removed_at is null
        """;

    /// <summary>One change of a driver's account, or payout to it, at a time.</summary>
    public static Task LockBankAccountOf(this Transaction tx, Guid driverId, CancellationToken ct) => tx.Execute(Lock, new { DriverId = driverId }, ct);

    /// <summary>Money may be on its way to the present account: it stays until that is known.</summary>
    public static Task<bool> IsBeingPaid(this Transaction tx, Guid driverId, CancellationToken ct) => tx.Find<bool>(FindInUse, new { DriverId = driverId }, ct);

    /// <summary>Erases the account that there is; false when there is none.</summary>
    public static async Task<bool> EraseBankAccount(this Transaction tx, Guid driverId, DateTimeOffset now, CancellationToken ct) =>
        await tx.Execute(RemoveLive, new { DriverId = driverId, Now = now }, ct) > 0;
}
