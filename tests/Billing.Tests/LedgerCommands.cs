using Tumpang.Contracts;

namespace Tumpang.Billing.Tests;

/// <summary>How payment ends the order of a fare.</summary>
enum Ending { Open, Paid, PaidInParts, FailedThenPaid, FailedThenWrittenOff, Voided }

/// <summary>What a bank decides on a card's charge.</summary>
enum Dispute { None, UnderWay, Won, Lost }

/// <summary>What becomes of a payout.</summary>
enum Arrival { UnderWay, Sent, Failed, SentAndReturned }

/// <summary>One ride and what happens to its money.</summary>
/// <param name="Honoured">Without a track: the quote is the fare; otherwise metered.</param>
/// <param name="LoweredFirst">Operators lower it before payment has ended it, or meanwhile.</param>
/// <param name="Lowered">By how much, minor units each; more than there is left is refused.</param>
/// <param name="Part">Percent that is collected first, and that is given back of what was paid too much.</param>
sealed record RideCommands(
    int Passenger, int Driver, PaymentMethodKind Paying, bool Honoured, bool Promoted, bool LoweredFirst, int Factor, int Metres, int Tip, int[] Lowered,
    Ending Ending, int Part, Dispute Dispute)
{
    // Payment gives nothing up of which a wallet holds a part and that was lowered meanwhile.
    public bool IsLoweredFirst => LoweredFirst || (Paying is PaymentMethodKind.Wallet && Ending is Ending.FailedThenWrittenOff);

    public override string ToString() =>
        $"passenger {Passenger}, driver {Driver}, {Paying}, {(Honoured ? "honoured" : "metered")}{(Promoted ? ", promoted" : "")}, factor {Factor}, {Metres} m, tip {Tip}, "
        + $"lowered {(IsLoweredFirst ? "first" : "meanwhile")} by [{string.Join(", ", Lowered)}], {Ending}, part {Part} %, {Dispute}";
}

/// <summary>A whole sequence. Passengers and drivers are two each, so that they meet again.</summary>
/// <param name="Rounds">Rides of a round are told at once; the next round finds what the one before left: credit, debts, a wallet.</param>
/// <param name="Order">Seed of the order in which things are told.</param>
sealed record LedgerCommands(RideCommands[][] Rounds, int[] TopUps, Arrival[] Payouts, int Order)
{
    public override string ToString() =>
        $"top-ups [{string.Join(", ", TopUps)}], payouts [{string.Join(", ", Payouts)}], order {Order}\n" + string.Join("\n", Rounds.SelectMany(round => round).Select(ride => $"  {ride}"));
}
