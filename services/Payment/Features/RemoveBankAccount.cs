using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>A driver takes their bank account back and its details are erased; not while money is on its way there.</summary>
internal static class RemoveBankAccount
{
    // Versions of accounts go in steps of two: the place after each is kept for its end, so that what is told only ever counts up.
    const string VersionOfEnd = "select max(version) + 1 from payment.bank_accounts where driver_id = @DriverId";

    public static async Task<Results<NoContent, ProblemHttpResult>> Handle(CurrentUser user, CityClock clock, Transaction tx, CancellationToken ct)
    {
        await tx.LockBankAccountOf(user.Id, ct);
        if (await tx.IsBeingPaid(user.Id, ct)) return PaymentProblems.PayoutInProgress.ToHttp();

        var now = clock.GetUtcNow();
        if (!await tx.EraseBankAccount(user.Id, now, ct)) return PaymentProblems.NoBankAccount.ToHttp();

        var version = await tx.Find<long>(VersionOfEnd, new { DriverId = user.Id }, ct);
        tx.Publish(new PayoutAccountChanged(user.Id, Ready: false) { OccurredAt = now, Version = version });
        return TypedResults.NoContent();
    }
}
