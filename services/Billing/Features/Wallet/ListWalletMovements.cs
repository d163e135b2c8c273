using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features.Wallet;

/// <summary>What came into the passenger's wallet and what left it, newest first: the entries of its account.</summary>
internal static class ListWalletMovements
{
    const int LongestPage = 100;

    const string OfPassenger = """
        select   entry.entry_id as movement_id, transfer.kind, -entry.amount_minor_units as minor_units, entry.currency, transfer.ride_id, transfer.occurred_at
        from     billing.ledger_accounts account
        join     billing.ledger_entries entry on entry.account_id = account.account_id
        join     billing.ledger_transfers transfer on (transfer.transfer_id, transfer.occurred_at) = (entry.transfer_id, entry.occurred_at)
        where    account.kind = 'PassengerWallet' and account.party_id = @PassengerId and (@Before::bigint is null or entry.entry_id < @Before)
        order by entry.entry_id desc
        limit    @Limit
        """;

    internal sealed record Answer(IReadOnlyList<WalletMovementView> Movements, long? NextCursor);

    public static async Task<Ok<Answer>> Handle(CurrentUser user, Database database, long? cursor, int? limit, CancellationToken ct)
    {
        var page = Math.Clamp(limit ?? 20, 1, LongestPage);
        var rows = await database.List<Row>(OfPassenger, new { PassengerId = user.Id, Before = cursor, Limit = page }, ct);
        return TypedResults.Ok(new Answer([.. rows.Select(row => row.View())], rows.Count == page ? rows[^1].MovementId : null));
    }

    sealed record Row(long MovementId, string Kind, long MinorUnits, string Currency, Guid? RideId, DateTimeOffset OccurredAt)
    {
        public WalletMovementView View() => new(MovementId, Kind, new(MinorUnits, Currency), RideId, OccurredAt);
    }
}

/// <summary>One movement of a wallet.</summary>
/// <param name="Kind">TopUp, WalletPayment or Refund; Chargeback, ChargebackWon or WalletForgiven of a top-up that was taken back through a bank.</param>
/// <param name="Amount">What came in; negative for what left.</param>
/// <param name="RideId">Of a payment or a refund.</param>
internal sealed record WalletMovementView(long MovementId, string Kind, Money Amount, Guid? RideId, DateTimeOffset OccurredAt);
