using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>Where the driver is paid: as much of it as they need to recognise it.</summary>
internal static class GetBankAccount
{
    const string Live = """
        select id as bank_account_id, ends_with as account_number_ends_with, created_at
        from   payment.bank_accounts
        where  driver_id = @DriverId and removed_at is null
        """;

    public static async Task<Results<Ok<BankAccountView>, ProblemHttpResult>> Handle(CurrentUser user, Database database, CancellationToken ct) =>
        await database.Find<BankAccountView>(Live, new { DriverId = user.Id }, ct) is { } account
            ? TypedResults.Ok(account)
            : PaymentProblems.NoBankAccount.ToHttp();
}
