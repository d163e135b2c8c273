using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.MoneyTrail;

/// <summary>For payment, which holds our ledger against the provider's files: what each of these transfers moved at the provider or the bank.</summary>
internal static class FindClearing
{
    const int MostKeys = 5_000;

    const string Posted = """
        select   key.business_key,
                 coalesce(sum(entry.amount_minor_units) filter (where account.kind in ('ProviderClearing', 'Bank')), 0)::bigint as minor_units
        from     billing.ledger_keys key
        join     billing.ledger_entries entry on (entry.transfer_id, entry.occurred_at) = (key.transfer_id, key.occurred_at)
        join     billing.ledger_accounts account on account.account_id = entry.account_id
        where    key.business_key = any(@BusinessKeys)
        group by key.business_key
        """;

    internal sealed record Request(string[] BusinessKeys);

    internal sealed record Answer(IReadOnlyList<Posting> Postings);

    /// <param name="MinorUnits">Debit positive.</param>
    internal sealed record Posting(string BusinessKey, long MinorUnits);

    public static async Task<Results<Ok<Answer>, ProblemHttpResult>> Handle(Request request, Database database, CancellationToken ct) =>
        request.BusinessKeys is not { Length: <= MostKeys }
            ? Problem.Invalid("businessKeys", "Too many at once.").ToHttp()
            : TypedResults.Ok(new Answer(await database.List<Posting>(Posted, new { request.BusinessKeys }, ct)));
}
