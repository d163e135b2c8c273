using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>What became of the tip for a ride, for the passenger who gave it: the last, when a card refused one before.</summary>
internal static class GetTip
{
    const string Find = """
        select   id as tip_id, ride_id, amount_minor_units, currency, status, failure_code, created_at, ended_at
        from     payment.tips
        where    ride_id = @RideId and passenger_id = @PassengerId
        order by id desc
        limit    1
        """;

    public static async Task<Results<Ok<TipView>, ProblemHttpResult>> Handle(Guid rideId, CurrentUser user, Database database, CancellationToken ct) =>
        await database.Find<TipRow>(Find, new { RideId = rideId, PassengerId = user.Id }, ct) is { } row
            ? TypedResults.Ok(row.View())
            : PaymentProblems.TipNotFound.ToHttp();
}

/// <summary>A row of payment.tips as it is read.</summary>
internal sealed record TipRow(
    Guid TipId, Guid RideId, long AmountMinorUnits, string Currency, string Status, string? FailureCode, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt)
{
    public TipView View() => new(TipId, RideId, new(AmountMinorUnits, Currency), Status, FailureCode, CreatedAt, EndedAt);
}
