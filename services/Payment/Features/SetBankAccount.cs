using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.Payments.Provider;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>A driver says where to be paid, in place of what they said before; not while money is on its way there.</summary>
internal static class SetBankAccount
{
    const int LongestHolder = 100;

    const string Insert = """
        insert into payment.bank_accounts (id, driver_id, provider, details, ends_with, version, created_at)
        values (@Id, @DriverId, @Provider, @Details, @EndsWith, (select coalesce(max(version), 0) + 2 from payment.bank_accounts where driver_id = @DriverId), @Now)
        returning version
        """;

    /// <param name="AccountNumber">Letters and digits, an IBAN for example; spaces do not count.</param>
    internal sealed record Request(string HolderName = "", string BankCode = "", string AccountNumber = "")
    {
        public BankDetails Details => new(HolderName.Trim(), Compact(BankCode), Compact(AccountNumber));

        /// <summary>IBANs and bank codes are upper case; what begins with a digit may be a provider's own name of an account, and is taken as it is.</summary>
        static string Compact(string text)
        {
            var compact = text.Replace(" ", "", StringComparison.Ordinal);
            return compact is [>= '0' and <= '9', ..] ? compact : compact.ToUpperInvariant();
        }
    }

    public static async Task<Results<Ok<BankAccountView>, ProblemHttpResult>> Handle(
        Request request, CurrentUser user, PaymentProviders providers, CardTokens tokens, CityClock clock, Transaction tx, CancellationToken ct)
    {
        var details = request.Details;
        if (Refuse(details) is { } invalid) return invalid.ToHttp();

        await tx.LockBankAccountOf(user.Id, ct);
        if (await tx.IsBeingPaid(user.Id, ct)) return PaymentProblems.PayoutInProgress.ToHttp();

        var (id, now) = (Guid.CreateVersion7(), clock.GetUtcNow());
        await tx.EraseBankAccount(user.Id, now, ct);
        var row = new { Id = id, DriverId = user.Id, Provider = providers.Chosen, Details = details.Seal(tokens, id), details.EndsWith, Now = now };
        var version = await tx.Find<long>(Insert, row, ct);
        tx.Publish(new PayoutAccountChanged(user.Id, Ready: true) { OccurredAt = now, Version = version });
        return TypedResults.Ok(new BankAccountView(id, details.EndsWith, now));
    }

    static Problem? Refuse(BankDetails details) =>
        details.HolderName.Length is 0 or > LongestHolder ? PaymentProblems.HolderInvalid
        : details.BankCode.Length is 0 or > 11 || !details.BankCode.All(char.IsAsciiLetterOrDigit) ? PaymentProblems.BankCodeInvalid
        : details.AccountNumber.Length is < 4 or > 34 || !details.AccountNumber.All(char.IsAsciiLetterOrDigit) ? PaymentProblems.AccountNumberInvalid
        : null;
}
