using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Payments.Provider;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>An operator has a day reconciled now, for the first time or again. A day that is not over yet is compared as far as it has come.</summary>
internal static class RunReconciliation
{
    const string MakeDue = """
        insert into payment.reconciliations as it (provider, day, status, due_at, requested_by)
        values (@Provider, @Day::date, 'Due', now(), @By)
        on conflict (provider, day) do update set due_at = now(), requested_by = @By, ledger_checked_at = null
        """;

    internal sealed record Answer(DateOnly Day);

    public static async Task<Results<Accepted<Answer>, ProblemHttpResult>> Handle(
        DateOnly day, CurrentUser user, TimeProvider system, ISettlementFiles files, Transaction tx, CancellationToken ct)
    {
        if (day > DateOnly.FromDateTime(system.GetUtcNow().UtcDateTime)) return PaymentProblems.ReconciliationNotFound.ToHttp();

        await tx.Execute(MakeDue, new { Provider = files.Name, Day = day.ToString("yyyy-MM-dd"), By = user.Id }, ct);
        return TypedResults.Accepted($"/v1/ops/reconciliations/{day:yyyy-MM-dd}", new Answer(day));
    }
}
