using Tumpang.Contracts;

namespace Tumpang.RecordedDay;

/// <summary>What happens to one ride besides being driven; drawn by the seed.</summary>
/// <param name="CancelledBy">Who gives it up on the way to the pickup; null for nobody. After a driver the next one comes.</param>
/// <param name="UsesCode">The passenger types a promotion's code.</param>
/// <param name="Refunded">Something is taken off afterwards: in basis points of the fare; zero for nothing.</param>
/// <param name="TipMinorUnits">Promised while searching.</param>
/// <param name="WaitedSeconds">The driver waits at the pickup.</param>
/// <param name="FactorBasisPoints">What the driver asks of the fare.</param>
/// <param name="ToldTwice">Every event of the ride arrives twice.</param>
/// <param name="TrackFirst">The track overtakes the end of the ride.</param>
public sealed record Fate(
    Party? CancelledBy, bool UsesCode, int Refunded, long TipMinorUnits, int WaitedSeconds, int FactorBasisPoints, bool ToldTwice, bool TrackFirst)
{
    /// <summary>
    /// Of a hundred, three are given up by each side, ten ride on a promotion, one gets money back, two tip, one is lowered by its driver, two are told
    /// twice, and two the wrong way round.
    /// </summary>
    public static Fate Draw(Random random) => new(
        random.Next(100) switch { < 3 => Party.Passenger, < 6 => Party.Driver, _ => null },
        UsesCode: random.Next(100) < 10,
        Refunded: random.Next(100) < 1 ? random.Next(1_000, 10_001) : 0,
        TipMinorUnits: random.Next(100) < 2 ? 100 * random.Next(1, 6) : 0,
        WaitedSeconds: random.Next(0, 300),
        FactorBasisPoints: random.Next(100) < 1 ? random.Next(0, 10_000) : 10_000,
        ToldTwice: random.Next(100) < 2,
        TrackFirst: random.Next(100) < 2);
}
