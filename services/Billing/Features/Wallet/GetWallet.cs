using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Wallet;

/// <summary>What the passenger has paid in advance and not used, per currency.</summary>
internal static class GetWallet
{
    const string Balances = """
        select   currency, -balance_minor_units as minor_units
        from     billing.ledger_accounts
        where    kind = 'PassengerWallet' and party_id = @PassengerId
        order by currency
        """;

    /// <param name="Balances">
    /// Empty when nothing was ever paid in. Below zero: a bank took back more of it than was left, which is owed before the next ride.
    /// </param>
    internal sealed record Answer(IReadOnlyList<Money> Balances);

    public static async Task<Ok<Answer>> Handle(CurrentUser user, Database database, CancellationToken ct)
    {
        var rows = await database.List<Row>(Balances, new { PassengerId = user.Id }, ct);
        return TypedResults.Ok(new Answer([.. rows.Select(row => new Money(row.MinorUnits, row.Currency))]));
    }

    sealed record Row(string Currency, long MinorUnits);
}
