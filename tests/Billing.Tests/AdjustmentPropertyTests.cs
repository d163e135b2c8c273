using FsCheck;
using FsCheck.Fluent;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Billing.Tests;

public sealed class AdjustmentPropertyTests
{
    /// <summary>Any fare, lowered in any slices: each slice is borne to the minor unit, and nobody ever gives more than they have.</summary>
    [Fact]
    public void A_fare_lowered_in_slices_takes_from_everybody_what_they_have_and_no_more() => Prop.ForAll(
        Arb.From(
            from tax in Gen.Choose(0, 900)
            from commission in Gen.Choose(0, 90_000)
            from earning in Gen.Choose(0, 2_000_000_000)
            from cuts in Gen.ListOf(Gen.Choose(1, 1_000_000))
            select (Fare: new Parts(tax, commission, earning), Cuts: cuts.ToArray())),
        sample =>
        {
            var left = sample.Fare;
            foreach (var cut in sample.Cuts.Select(cut => Math.Min(cut, left.Total)).Where(cut => cut > 0).ToArray().Concat([0L]))
            {
                var amount = Math.Min(cut == 0 ? left.Total : cut, left.Total);
                if (amount == 0) continue;

                var shares = left.Fare().Divide(amount, BornBy.Everybody);
                left = new(left.Tax - shares.Tax, left.Commission - shares.Commission, left.Earning - shares.Driver);
                if (shares.Tax + shares.Commission + shares.Driver != amount || shares is not { Tax: >= 0, Commission: >= 0, Driver: >= 0, Concession: 0 }
                    || left is not { Tax: >= 0, Commission: >= 0, Earning: >= 0 })
                {
                    return false;
                }
            }

            return left.Total == 0;
        }).QuickCheckThrowOnFailure();

    /// <summary>The fare gives first, and its tax comes back whole with it; then the tip, which nobody but the driver has had. Whatever a promotion pays stays.</summary>
    [Fact]
    public void A_tip_is_lowered_when_nothing_of_its_fare_is_left() => Prop.ForAll(
        Arb.From(
            from tax in Gen.Choose(0, 900)
            from commission in Gen.Choose(0, 90_000)
            from earning in Gen.Choose(1, 200_000)
            from tip in Gen.Choose(0, 50_000)
            from promotion in Gen.Choose(0, tax + commission + earning)
            from cuts in Gen.ListOf(Gen.Choose(1, 100_000))
            from platform in Gen.Choose(0, 5)
            select (Fare: new Parts(tax, commission, earning + tip), Tip: tip, Promotion: promotion, Cuts: cuts.ToArray(), Platform: platform)),
        sample =>
        {
            var (left, taken, tips) = (sample.Fare, 0L, 0L);
            var total = sample.Fare.Total - sample.Promotion;
            foreach (var (turn, cut) in sample.Cuts.Append(int.MaxValue).Index())
            {
                var amount = Math.Min(cut, total - taken);
                if (amount == 0) continue;

                var fare = left.Fare() with { TotalMinorUnits = total, AdjustedMinorUnits = taken, TipMinorUnits = sample.Tip };
                var shares = fare.Divide(amount, turn == sample.Platform ? BornBy.Platform : BornBy.Everybody);
                left = new(left.Tax - shares.Tax, left.Commission - shares.Commission, left.Earning - shares.Driver);
                (taken, tips) = (taken + amount, tips + shares.Tip);
                if (shares.Tax + shares.Commission + shares.Driver + shares.Concession != amount || left is not { Tax: >= 0, Commission: >= 0, Earning: >= 0 }
                    || shares is not { Tax: >= 0, Commission: >= 0, Driver: >= 0, Tip: >= 0 } || shares.Tip > shares.Driver
                    || (shares.Tip > 0 && taken <= total - sample.Tip) || left.Earning < sample.Tip - tips)
                {
                    return false;
                }
            }

            var onlyTheirs = sample.Promotion == 0 && sample.Platform > sample.Cuts.Length;
            return !onlyTheirs || (left.Total == 0 && tips == sample.Tip);
        }).QuickCheckThrowOnFailure();

    /// <summary>However a fare is lowered that a credit has paid a part of: what had been set off beyond what is left comes back, to the minor unit.</summary>
    [Fact]
    public void Credit_comes_back_as_far_as_nothing_else_can() => Prop.ForAll(
        Arb.From(
            from total in Gen.Choose(1, 100_000)
            from credited in Gen.Choose(0, total)
            from cuts in Gen.ListOf(Gen.Choose(1, 30_000))
            select (Total: total, Credited: credited, Cuts: cuts.ToArray())),
        sample =>
        {
            var (taken, back) = (0L, 0L);
            foreach (var cut in sample.Cuts.TakeWhile(cut => taken + cut <= sample.Total))
            {
                var fare = new Parts(0, 0, sample.Total).Fare() with { AdjustedMinorUnits = taken, CreditedMinorUnits = sample.Credited };
                back += fare.ReturnedOf(cut);
                var inCash = fare with { Settlement = Settlement.Settled, SettledBy = PaymentMethodKind.Cash };
                if (fare.CashOf(cut) != 0 || inCash.CashOf(cut) != cut - fare.ReturnedOf(cut)) return false;
                taken += cut;
            }

            return back == Math.Max(0, sample.Credited - (sample.Total - taken));
        }).QuickCheckThrowOnFailure();

    /// <summary>However often something of what a fare has used comes back, all of it does once, the passenger's own first, each with its expiry or a week.</summary>
    [Fact]
    public void What_comes_back_expires_as_it_would_have() => Prop.ForAll(
        Arb.From(
            from uses in Gen.ListOf(from amount in Gen.Choose(1, 1_000) from days in Gen.Choose(-3, 30) select (Amount: amount, Days: days))
            from cuts in Gen.ListOf(Gen.Choose(1, 500))
            select (Uses: uses.ToArray(), Cuts: cuts.ToArray())),
        sample =>
        {
            var now = DateTimeOffset.UnixEpoch;
            // Every tenth is the passenger's own.
            var used = sample.Uses.Select(use => new PassengerCredits.Used(use.Amount, use.Days % 10 == 0 ? null : now.AddDays(use.Days)))
                .OrderByDescending(use => use.ExpiresAt ?? DateTimeOffset.MaxValue).ToList();
            var (all, taken, pieces) = (used.Sum(use => use.MinorUnits), 0L, new List<PassengerCredit>());
            foreach (var cut in sample.Cuts.Append(int.MaxValue))
            {
                var back = new PassengerCredit(Guid.Empty, "USD", CreditSource.Returned, Guid.CreateVersion7(), Guid.Empty, Math.Min(cut, all - taken), now);
                if (back.MinorUnits == 0) continue;

                var split = PassengerCredits.Split(back, used, taken).ToList();
                if (split.Sum(piece => piece.MinorUnits) != back.MinorUnits || split.DistinctBy(piece => piece.ExpiresAt).Count() != split.Count) return false;
                taken += back.MinorUnits;
                pieces.AddRange(split);
            }

            var expected = used.ToLookup(use => use.ExpiresAt < now.AddDays(7) ? now.AddDays(7) : use.ExpiresAt, use => use.MinorUnits);
            var came = pieces.ToLookup(piece => piece.ExpiresAt, piece => piece.MinorUnits);
            return came.All(same => same.Sum() == expected[same.Key].Sum()) && came.Count == expected.Count
                && pieces.Select(piece => piece.ExpiresAt ?? DateTimeOffset.MaxValue).SequenceEqual(
                    pieces.Select(piece => piece.ExpiresAt ?? DateTimeOffset.MaxValue).OrderDescending());
        }).QuickCheckThrowOnFailure();

    sealed record Parts(long Tax, long Commission, long Earning)
    {
        public long Total => Tax + Commission + Earning;

        public AdjustableFare Fare() => new(
            Guid.Empty, Guid.Empty, Guid.Empty, Guid.Empty, "USD", Settlement.Pending, Total, 0, 0, DriverMinorUnits: Earning, CommissionMinorUnits: Commission,
            TaxMinorUnits: Tax);
    }
}
