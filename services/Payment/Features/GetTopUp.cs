using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>What became of a payment into the passenger's wallet.</summary>
internal static class GetTopUp
{
    const string Find = """
        select id as top_up_id, amount_minor_units, currency, status, failure_code, created_at, ended_at
        from   payment.top_ups
        where  id = @TopUpId and passenger_id = @PassengerId
        """;

    public static async Task<Results<Ok<TopUpView>, ProblemHttpResult>> Handle(Guid topUpId, CurrentUser user, Database database, CancellationToken ct) =>
        await database.Find<Row>(Find, new { TopUpId = topUpId, PassengerId = user.Id }, ct) is { } row
            ? TypedResults.Ok(row.View())
            : PaymentProblems.TopUpNotFound.ToHttp();

    sealed record Row(
        Guid TopUpId, long AmountMinorUnits, string Currency, string Status, string? FailureCode, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt)
    {
        public TopUpView View() => new(TopUpId, new(AmountMinorUnits, Currency), Status, FailureCode, CreatedAt, EndedAt);
    }
}
