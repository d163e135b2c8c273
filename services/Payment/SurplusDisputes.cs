using Tumpang.ServiceDefaults;

namespace Tumpang.Payments;

/// <summary>
/// Whoever paid once too often may have it from their bank before they have it from us. While a bank thinks, we give nothing; what it took we do not give too.
/// The order is locked.
/// </summary>
internal static class SurplusDisputes
{
    const string PutOff = "update payment.surplus_payments set due_at = 'infinity' where id = @SurplusId and status = 'Due'";

    const string IsUnderWay = "select status = 'Sent' from payment.surplus_payments where id = @SurplusId";

    const string CountTaken = """
        update payment.surplus_payments
        set    taken_back_minor_units = taken_back_minor_units + @MinorUnits,
               status = case when taken_back_minor_units + @MinorUnits = amount_minor_units then 'TakenBack' else status end,
               ended_at = case when taken_back_minor_units + @MinorUnits = amount_minor_units then @Now else ended_at end,
               failure_code = case when taken_back_minor_units + @MinorUnits = amount_minor_units then null else failure_code end
        where  id = @SurplusId and status in ('Due', 'Failed')
        """;

    /// <summary>No bank is thinking about it.</summary>
    internal const string NotDisputed = """
        not exists (select from payment.disputes where surplus_id = surplus_payments.id and status = 'Received')
        """;

    /// <summary>What failed is tried under a new key: the provider would say of the old one again that it failed. A key that it never knew stays.</summary>
    internal const string TryAgain = """
        set    status = 'Due', return_id = case failure_code when 'provider-error' then return_id else gen_random_uuid() end,
               failure_code = null, ended_at = null, tries = 0, sends = 0, due_at = now()
        """;

    const string GiveRest = $"""
        update payment.surplus_payments
        {TryAgain}
        where  id = @SurplusId and (status = 'Failed' or status = 'Due' and due_at = 'infinity') and {NotDisputed}
        """;

    /// <summary>Nothing more is given back while a bank may give it.</summary>
    public static Task PutOffReturn(this Transaction tx, Guid? surplusId, CancellationToken ct) =>
        surplusId is null ? Task.CompletedTask : tx.Execute(PutOff, new { SurplusId = surplusId }, ct);

    /// <summary>Whether it is being given back, and nobody knows yet whether it was: until then no decision of a bank is taken down.</summary>
    public static async Task<bool> IsOnItsWayBack(this Transaction tx, Guid? surplusId, CancellationToken ct) =>
        surplusId is not null && await tx.Find<bool>(IsUnderWay, new { SurplusId = surplusId }, ct);

    /// <summary>A bank has taken so much of it. False when it is no surplus, or was back before.</summary>
    public static async Task<bool> TakeBackSurplus(this Transaction tx, Guid? surplusId, long minorUnits, DateTimeOffset now, CancellationToken ct) =>
        surplusId is not null && await tx.Execute(CountTaken, new { SurplusId = surplusId, MinorUnits = minorUnits, Now = now }, ct) == 1;

    /// <summary>The bank has decided: what it did not take is given back.</summary>
    public static Task GiveRestOfSurplus(this Transaction tx, Guid? surplusId, CancellationToken ct) =>
        surplusId is null ? Task.CompletedTask : tx.Execute(GiveRest, new { SurplusId = surplusId }, ct);
}
