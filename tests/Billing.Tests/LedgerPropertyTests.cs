using FsCheck;
using FsCheck.Fluent;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>Whatever billing is told and asked, in whatever order and however often: the books balance, are what their entries say, and say it once.</summary>
public sealed class LedgerPropertyTests(BillingFleet fleet)
{
    const int Sequences = 5;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>A sequence that breaks a rule is thrown with what broke it, and with the seed that makes it again.</summary>
    [Fact]
    public Task Any_sequence_of_commands_leaves_books_that_balance_and_do_not_change_when_it_is_repeated() => Task.Run(
        () => Prop.ForAll(Arb.From(Commands), commands => new LedgerSequence(fleet, commands).Holds()).Check(Config.QuickThrowOnFailure.WithMaxTest(Sequences)), Stop);

    static Gen<RideCommands> RidesOfOne =>
        from people in Gen.Choose(0, 3)
        from paying in Gen.Elements(PaymentMethodKind.Card, PaymentMethodKind.Card, PaymentMethodKind.Cash, PaymentMethodKind.Wallet)
        from flags in Gen.Choose(0, 7)
        from factor in Gen.Elements(10_000, 10_000, 7_777, 0)
        from metres in Gen.Choose(0, 20_000)
        from tips in Gen.Choose(0, 300)
        from lowered in Gen.ListOf(Gen.Choose(1, 600))
        from ending in Gen.Elements(Enum.GetValues<Ending>())
        from part in Gen.Choose(0, 100)
        from dispute in Gen.Elements(Enum.GetValues<Dispute>())
        select new RideCommands(
            people % 2, people / 2, paying, (flags & 1) == 1, (flags & 2) == 2, (flags & 4) == 4, factor, metres, tips, [.. lowered.Take(3)], ending, part, dispute);

    static Gen<LedgerCommands> Commands =>
        from first in Gen.ArrayOf(RidesOfOne, 5)
        from second in Gen.ArrayOf(RidesOfOne, 4)
        from topUps in Gen.ArrayOf(Gen.Choose(1, 2_000), 3)
        from payouts in Gen.ArrayOf(Gen.Elements(Enum.GetValues<Arrival>()), 2)
        from order in Gen.Choose(0, 1_000_000)
        select new LedgerCommands([first, second], topUps, payouts, order);
}
