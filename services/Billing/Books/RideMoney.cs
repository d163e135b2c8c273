namespace Tumpang.Billing.Books;

/// <summary>One posting of a ride as the ledger has it.</summary>
/// <param name="MinorUnits">Debit positive, credit negative.</param>
internal sealed record RidePosting(TransferKind Transfer, AccountKind Account, Guid PartyId, long MinorUnits);

/// <summary>The parts of a fare, as they are held against the ledger.</summary>
/// <param name="BreakdownMinorUnits">Sum of its lines.</param>
/// <param name="CollectedMinorUnits">Parts that were paid before it was settled.</param>
/// <param name="CreditedMinorUnits">What was set off against it.</param>
internal sealed record FareFigures(
    long TotalMinorUnits, long PromotionMinorUnits, long CommissionMinorUnits, long EarningMinorUnits, long TaxMinorUnits, long AdjustedMinorUnits,
    long BreakdownMinorUnits, Settlement Settlement, long CollectedMinorUnits = 0, long CreditedMinorUnits = 0)
{
    /// <summary>What is left to pay of it while it is open.</summary>
    public long DueMinorUnits => Math.Max(0, TotalMinorUnits - AdjustedMinorUnits - CreditedMinorUnits) - CollectedMinorUnits;
}

/// <summary>Two figures that must be one.</summary>
/// <param name="Code">Which, in words.</param>
internal sealed record MoneyCheck(string Code, long ExpectedMinorUnits, long ActualMinorUnits)
{
    public bool Holds => ExpectedMinorUnits == ActualMinorUnits;
}

/// <summary>Whether the money of a ride adds up: fare, ledger and payment against each other. Pure.</summary>
internal static class RideMoney
{
    /// <summary>What can be said without payment.</summary>
    /// <param name="fare">Null when nothing is owed.</param>
    /// <param name="adjustedMinorUnits">Sum of the effective adjustments.</param>
    /// <param name="driversPartMinorUnits">What of them the driver bears.</param>
    public static IEnumerable<MoneyCheck> OfBooks(
        FareFigures? fare, long adjustedMinorUnits, long driversPartMinorUnits, IReadOnlyList<RidePosting> postings)
    {
        yield return new("ledger-sums-to-zero", 0, postings.Sum(posting => posting.MinorUnits));
        if (fare is null)
        {
            yield break;
        }

        var isVoid = fare.Settlement is Settlement.Void;
        yield return new(
            "fare-is-its-shares", fare.TotalMinorUnits + fare.PromotionMinorUnits, fare.CommissionMinorUnits + fare.EarningMinorUnits + fare.TaxMinorUnits);
        yield return new("fare-is-its-breakdown", fare.TotalMinorUnits, fare.BreakdownMinorUnits);
        yield return new("adjustments-are-in-the-fare", fare.AdjustedMinorUnits, adjustedMinorUnits);
        yield return new("fare-is-in-the-ledger", fare.TotalMinorUnits, On(postings, AccountKind.PassengerReceivable, TransferKind.Fare));
        yield return new(
            "driver-earned-it", isVoid ? 0 : fare.EarningMinorUnits - driversPartMinorUnits,
            -On(postings, AccountKind.DriverPayable, TransferKind.Fare, TransferKind.Adjustment, TransferKind.Void));
        if (fare.Settlement is not Settlement.Settled)
        {
            var owed = fare.Settlement is Settlement.Pending or Settlement.Owed ? fare.DueMinorUnits : 0;
            yield return new("passenger-owes-it", owed, On(postings, AccountKind.PassengerReceivable));
        }
    }

    /// <summary>Our books against what payment says.</summary>
    public static IEnumerable<MoneyCheck> AgainstPayment(PaymentTotals payment, IReadOnlyList<RidePosting> postings)
    {
        // A part that came after the rest was written off makes the loss smaller.
        yield return new(
            "received", payment.ReceivedMinorUnits,
            -On(postings, AccountKind.PassengerReceivable, TransferKind.Payment, TransferKind.WalletPayment) - On(postings, AccountKind.WriteOffs, TransferKind.Payment));
        yield return new("refunded", payment.RefundedMinorUnits, On(postings, AccountKind.PassengerReceivable, TransferKind.Refund));
        yield return new("set-off", payment.SetOffMinorUnits, On(postings, AccountKind.PassengerReceivable, TransferKind.SetOff));
        yield return new("held-by-the-provider", payment.HeldMinorUnits, On(postings, AccountKind.ProviderClearing));
    }

    /// <summary>What left for the driver by payouts that arrived, by both books.</summary>
    public static MoneyCheck PaidOut(IEnumerable<(Guid PayoutId, long MinorUnits)> sent, IReadOnlyList<PaidOut> known) => new(
        "paid-out", sent.Sum(payout => payout.MinorUnits),
        known.Where(payout => payout.Status == "Succeeded").Sum(payout => payout.Amount.MinorUnits));

    static long On(IEnumerable<RidePosting> postings, AccountKind account, params TransferKind[] kinds) => postings
        .Where(posting => posting.Account == account && (kinds.Length == 0 || kinds.Contains(posting.Transfer)))
        .Sum(posting => posting.MinorUnits);
}
