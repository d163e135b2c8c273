using Microsoft.AspNetCore.Http.HttpResults;
using Tumpang.Contracts;
using Tumpang.ServiceDefaults;

namespace Tumpang.Payments.Features;

/// <summary>One day: what was compared, what was paid to the bank, and every difference with its cause, the open ones first.</summary>
internal static class GetReconciliation
{
    const string OfDay = $"select {ReconciliationRow.Columns} from payment.reconciliations it where it.day = @Day::date order by it.provider limit 1";

    const string PaidOn = """
        select currency, net_minor_units from payment.settlements where provider = @Provider and day = @Day::date order by currency
        """;

    const string DifferencesOf = """
        select   id, day::timestamp as day, type, key, cause, ours_minor_units, theirs_minor_units, currency, our_state, found_at, closed_at,
                 closed_by::timestamp as closed_by
        from     payment.differences
        where    provider = @Provider and (day = @Day::date or closed_by = @Day::date)
        order by closed_at is not null, found_at, id
        limit    1000
        """;

    /// <param name="PaidToBank">By the provider, by currency; empty until the day is final.</param>
    /// <param name="Differences">At most 1 000; found on this day, or explained by it.</param>
    internal sealed record Answer(ReconciliationView Reconciliation, IReadOnlyList<Money> PaidToBank, IReadOnlyList<DifferenceView> Differences);

    public static async Task<Results<Ok<Answer>, ProblemHttpResult>> Handle(DateOnly day, Database database, CancellationToken ct)
    {
        var key = day.ToString("yyyy-MM-dd");
        if (await database.Find<ReconciliationRow>(OfDay, new { Day = key }, ct) is not { } row) return PaymentProblems.ReconciliationNotFound.ToHttp();

        var paid = await database.List<Paid>(PaidOn, new { row.Provider, Day = key }, ct);
        var differences = await database.List<DifferenceRow>(DifferencesOf, new { row.Provider, Day = key }, ct);
        return TypedResults.Ok(new Answer(
            row.View(), [.. paid.Select(net => new Money(net.NetMinorUnits, net.Currency))], [.. differences.Select(difference => difference.View())]));
    }

    sealed record Paid(string Currency, long NetMinorUnits);

    sealed record DifferenceRow(
        Guid Id, DateTime Day, string Type, string Key, string Cause, long? OursMinorUnits, long? TheirsMinorUnits, string Currency, string? OurState,
        DateTimeOffset FoundAt, DateTimeOffset? ClosedAt, DateTime? ClosedBy)
    {
        public DifferenceView View() => new(
            Id, DateOnly.FromDateTime(Day), Type, Key, Cause, In(OursMinorUnits), In(TheirsMinorUnits), OurState, FoundAt, ClosedAt,
            ClosedBy is { } by ? DateOnly.FromDateTime(by) : null);

        Money? In(long? minorUnits) => minorUnits is { } amount ? new(amount, Currency) : null;
    }
}

/// <summary>Something that two books do not agree about.</summary>
/// <param name="Type">charge, refund, chargeback, chargeback-reversal, transfer, transfer-return; bank for what a day came to.</param>
/// <param name="Key">The id of our attempt, refund or payout; of a chargeback, the provider's name of it.</param>
/// <param name="Cause">MissingAtOurs, MissingAtTheirs, AmountDiffers, StateDiffers, CutOff, MissingInLedger, LedgerDiffers or NetDiffers.</param>
/// <param name="Ours">Towards us positive, less its fee; absent when we have none.</param>
/// <param name="Theirs">Of the other book: the provider's file, or billing's ledger.</param>
/// <param name="OurState">How it stands with us, when it has not succeeded.</param>
/// <param name="ClosedBy">The day whose comparison explained it.</param>
internal sealed record DifferenceView(
    Guid DifferenceId, DateOnly Day, string Type, string Key, string Cause, Money? Ours, Money? Theirs, string? OurState, DateTimeOffset FoundAt,
    DateTimeOffset? ClosedAt, DateOnly? ClosedBy);
