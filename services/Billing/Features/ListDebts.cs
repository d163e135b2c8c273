using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Billing.Features;

/// <summary>What the passenger still owes, oldest first.</summary>
internal static class ListDebts
{
    const string Owed = """
        select   ride_id, total_minor_units, currency, owed_since
        from     billing.fares
        where    passenger_id = @PassengerId and settlement = 'Owed'
        order by owed_since
        limit    100
        """;

    public static async Task<Ok<DebtsView>> Handle(CurrentUser user, Database database, CancellationToken ct)
    {
        var rows = await database.List<Row>(Owed, new { PassengerId = user.Id }, ct);
        return TypedResults.Ok(new DebtsView([.. rows.Select(row => new DebtView(row.RideId, new(row.TotalMinorUnits, row.Currency), row.OwedSince))]));
    }

    sealed record Row(Guid RideId, long TotalMinorUnits, string Currency, DateTimeOffset OwedSince);
}

/// <summary>Fares that could not be charged.</summary>
internal sealed record DebtsView(IReadOnlyList<DebtView> Debts);

/// <summary>One of them.</summary>
/// <param name="OwedSince">City time of the failed charge.</param>
internal sealed record DebtView(Guid RideId, Money Amount, DateTimeOffset OwedSince);
