using Tumpang.Payments.Provider;

namespace Tumpang.Payments;

/// <summary>How a charge of a card that is no fare ends, whoever hears of it: the first counts.</summary>
internal static class CardPayment
{
    /// <summary>Ends a row that is open, and returns what is told of it.</summary>
    public static string End(string table, string returning) => $"""
        update payment.{table}
        set    status = @Status, provider_charge_id = coalesce(@Reference, provider_charge_id), failure_code = @Code, ended_at = @Now, lease = null
        where  id = @Id and status in ('Due', 'Sent')
        returning {returning}
        """;

    /// <summary>What <see cref="End"/> binds.</summary>
    public sealed record Outcome(Guid Id, string Status, string? Reference, string? Code, DateTimeOffset Now)
    {
        public static Outcome Of(Guid id, ProviderAnswer.Succeeded success, DateTimeOffset now) => new(id, "Succeeded", success.Reference, null, now);

        public static Outcome Of(Guid id, ProviderAnswer.Declined declined, DateTimeOffset now) => new(id, "Failed", declined.Reference, declined.Why.Code, now);
    }
}
