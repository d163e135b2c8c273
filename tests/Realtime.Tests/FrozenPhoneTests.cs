using Tumpang.Contracts;
using Tumpang.Testing;
using Xunit;

namespace Tumpang.Realtime.Tests;

/// <summary>A phone that has gone without a word costs the others nothing, and soon nothing at all.</summary>
public sealed class FrozenPhoneTests(RealtimeFleet fleet)
{
    const int Events = 400, LettersPerEvent = 20_000;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_phone_that_answers_no_ping_is_dropped()
    {
        var user = Guid.CreateVersion7();
        using var phone = await RawPhone.Open(fleet.Impatient, fleet.Tokens.Driver(user));

        await phone.Ended();

        await Eventually.Get(() => fleet.HoldsSocketOf(user), holds => !holds, Ct);
    }

    /// <summary>Eight megabytes for somebody who reads none of it: more than any buffer between us takes.</summary>
    [Fact]
    public async Task A_phone_that_reads_nothing_holds_up_nobody_and_is_dropped()
    {
        var (frozen, lively) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        using var phone = await RawPhone.Open(fleet.Impatient, fleet.Tokens.Driver(frozen));
        await fleet.Bus.Publish(Ct, Enumerable.Range(0, Events).Select(_ => Withdrawn(frozen, new string('x', LettersPerEvent))));
        await using var other = await TestSocket.Open(fleet.Impatient, fleet.Tokens.Driver(lively));

        // Listening before it is told, for who listens answers pings.
        var hears = other.Hears("offer-withdrawn");
        await fleet.Bus.Publish(Ct, Withdrawn(lively, "accepted by another driver"));

        await hears;
        await Eventually.Get(() => fleet.HoldsSocketOf(frozen), holds => !holds, Ct);
    }

    static OfferWithdrawn Withdrawn(Guid driver, string reason) =>
        new(Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7(), driver, reason) { OccurredAt = DateTimeOffset.UnixEpoch, Version = 2 };
}
