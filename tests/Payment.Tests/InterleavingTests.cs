using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Payments.Tests;

/// <summary>
/// Fares, lowerings, retries, cash, refunds, givings-up and disputes in random order, told several times, at two copies, with cards that answer in every way.
/// Whatever came first: what ended stays ended; and what was captured, less what was given back and what cardholders took back, is what payment told billing,
/// what the provider's books say, and what billing's ledger moved; and what was overpaid and not given back is set off as far as banks took it for good.
/// </summary>
public sealed class InterleavingTests(PaymentFleet fleet)
{
    const int Fares = 30;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sandbox", 11)]
    [InlineData("sandbox", 12)]
    [InlineData("stripe", 13)]
    [InlineData("stripe", 14)]
    public async Task Captured_less_refunded_less_charged_back_is_what_billing_was_told(string provider, int seed)
    {
        var (random, side) = (new Random(seed), new ProviderSide(fleet, provider));
        var stories = await Task.WhenAll(Enumerable.Range(0, Fares).Select(_ => NewStory(side, random.Next())));
        var plain = await Task.WhenAll(NewStory(side, random.Next(), side.Good), NewStory(side, random.Next(), side.Good));

        await Task.WhenAll([.. stories.Select(story => Live(side, story)), LiveInOrder(side, plain[0], won: true), LiveInOrder(side, plain[1], won: false)]);
        stories = [.. stories, .. plain];

        foreach (var story in stories)
        {
            await IsOver(side, story);
            await Agrees(side, story);
        }

        await Task.WhenAll(stories.Select(story => EndsStay(side, story)));
        Assert.Contains(stories, story => story.Disputes.Contains("Won"));
        Assert.Contains(stories, story => story.Disputes.Contains("Lost"));
        Assert.Contains(stories, story => story.Refunds > 0 && story.Disputes.Count > 0);
        Assert.Contains(stories, story => story.SetOff > 0);
    }

    /// <summary>All is handled, nothing is under way, and payment has heard of every dispute how it stands.</summary>
    async Task IsOver(ProviderSide side, Story story)
    {
        await fleet.AllAreHandled([.. story.Published.DistinctBy(happened => happened.EventId)], Ct);
        await PaymentFleet.Until(
            async () => await fleet.IsQuiet(story.Fare, Ct) && await side.BanksAreIdle(story.Fare, Ct)
                && Same(await side.DisputesOf(story.Fare, Ct), await fleet.DisputesOf(story.Fare, Ct)) && await fleet.IsQuiet(story.Fare, Ct),
            Ct);
    }

    async Task Agrees(ProviderSide side, Story story)
    {
        var told = await fleet.MoneyTold(story.Fare, Ct);
        var (charges, held) = await side.HeldFor(story.Fare, Ct);
        Assert.Equal((story.Card, held), (story.Card, told.NetMinorUnits - told.TakenMinorUnits));
        Assert.True(told.Endings <= 1, $"{story.Card}: {string.Join(", ", await fleet.EventsOf(story.Fare, Ct))}");
        Assert.True(told.NetMinorUnits >= 0 && told.TakenMinorUnits >= 0);
        Assert.True(charges <= 1, $"{story.Card}: charged twice.");

        story.Disputes.AddRange((await fleet.DisputesOf(story.Fare, Ct)).Values);
        story.Refunds = (await side.RefundedFor(story.Fare, Ct)).Refunds;
        story.SetOff = (await fleet.SetOffOf(story.Fare, Ct)).Sum();
        Assert.Equal((story.Card, await fleet.DueToSetOff(story.Fare, Ct)), (story.Card, story.SetOff));
        await PaymentFleet.Until(
            async () => await fleet.LedgerOfDisputes(story.Fare, Ct) is var (clearing, fees) && clearing == -told.TakenMinorUnits - fees, Ct);
        var (_, cost) = await fleet.LedgerOfDisputes(story.Fare, Ct);
        var won = story.Disputes.Count(end => end == "Won");
        var forTheRest = (story.Disputes.Count - won) * ProviderSide.DisputeFee;
        Assert.InRange(cost, forTheRest, forTheRest + (won * side.FeeOfWon));
    }

    /// <summary>News of the contrary, with the provider's signature, changes nothing.</summary>
    async Task EndsStay(ProviderSide side, Story story)
    {
        var before = (await fleet.DisputesOf(story.Fare, Ct), await fleet.EventsOf(story.Fare, Ct));

        await side.TellTheContrary(story.Fare, Ct);

        Assert.True(Same(before.Item1, await fleet.DisputesOf(story.Fare, Ct)), story.Card);
        Assert.Equal(before.Item2, await fleet.EventsOf(story.Fare, Ct));
    }

    static bool Same(IReadOnlyDictionary<string, string> one, IReadOnlyDictionary<string, string> other) =>
        one.Count == other.Count && one.All(pair => other.TryGetValue(pair.Key, out var status) && status == pair.Value);

    static async Task<Story> NewStory(ProviderSide side, int seed, string? withCard = null)
    {
        var random = new Random(seed);
        var card = withCard ?? side.Cards[random.Next(side.Cards.Count)];
        var passenger = await side.Passenger(card, Ct);
        return new(seed, card, passenger, passenger.Fare(1_000), await passenger.AddCard(side.Good, Ct));
    }

    /// <summary>
    /// The fare, lowerings that together never exceed it, and what people and their banks do meanwhile; shuffled, every event up to three times.
    /// </summary>
    async Task Live(ProviderSide side, Story story)
    {
        var random = new Random(story.Seed);
        var (fare, ride) = (story.Fare, $"/v1/rides/{story.Fare.RideId}/payment");
        var acts = new List<Func<Task>>();
        acts.AddRange(Told(fare, told => told with { EventId = Guid.CreateVersion7() }, random, story));
        foreach (var _ in Enumerable.Range(0, random.Next(5)))
        {
            acts.AddRange(Told(fare.LoweredBy(random.Next(1, 201)), told => told with { EventId = Guid.CreateVersion7() }, random, story));
        }

        var retry = new { paymentMethodId = story.OtherCard };
        acts.AddRange(Enumerable.Range(0, 3).Select<int, Func<Task>>(_ => () => story.Passenger.Post($"{ride}/retry", retry, Ct)));
        acts.Add(() => fleet.Driver(fare.DriverId).Post($"{ride}/cash-received", null, Ct));
        acts.Add(() => fleet.Operator().Post($"/v1/ops{ride[3..]}/refund", null, Ct));
        acts.AddRange(Enumerable.Range(0, random.Next(3)).Select<int, Func<Task>>(_ => BankActs(side, story, random.Next())));
        if (random.Next(3) == 0)
        {
            var closure = new { kind = random.Next(2) == 0 ? "Void" : "WriteOff", reason = "fuzz" };
            acts.Add(() => fleet.Operator().Post($"/v1/ops{ride[3..]}/closures", closure, Ct));
        }

        var order = acts.ToArray();
        random.Shuffle(order);
        foreach (var pair in order.Chunk(2))
        {
            await Task.WhenAll(pair.Select(act => act()));
            await Task.Delay(random.Next(200), Ct);
        }
    }

    /// <summary>
    /// What chance may leave out of all the others where a slow machine handles all lowerings before the first charge: paid, refunded, disputed in part, decided,
    /// lowered again.
    /// </summary>
    async Task LiveInOrder(ProviderSide side, Story story, bool won)
    {
        await Tell(story.Fare);
        await fleet.PaymentBecomes(story.Fare, "Settled", Ct);
        await Tell(story.Fare.LoweredBy(100));
        await fleet.RefundsEnd(story.Fare, 1, Ct);

        await side.Decide((await side.Dispute(story.Fare, 300, Ct))!, won, Ct);
        await PaymentFleet.Until(async () => (await fleet.DisputesOf(story.Fare, Ct)).Values.SingleOrDefault() == (won ? "Won" : "Lost"), Ct);
        await Tell(story.Fare.LoweredBy(50));

        Task Tell<TEvent>(TEvent happened)
            where TEvent : Event
        {
            story.Published.Add(happened);
            return fleet.Publish(happened, Ct);
        }
    }

    /// <summary>
    /// The cardholder disputes all or a part, if there is anything to dispute yet, and mostly the bank decides. Where it decides against us the fare is lowered.
    /// </summary>
    Func<Task> BankActs(ProviderSide side, Story story, int seed) => async () =>
    {
        var random = new Random(seed);
        await Task.Delay(random.Next(2_000), Ct);
        if (await side.Dispute(story.Fare, random.Next(2) == 0 ? null : random.Next(1, 500), Ct) is { } dispute && random.Next(4) > 0)
        {
            await Task.Delay(random.Next(1_500), Ct);
            var won = random.Next(2) == 0;
            await side.Decide(dispute, won, Ct);
            var lowering = story.Fare.LoweredBy(random.Next(1, 101));
            if (!won)
            {
                lock (story.Published) story.Published.Add(lowering);
                await fleet.Publish(lowering, Ct);
            }
        }
    };

    IEnumerable<Func<Task>> Told<TEvent>(TEvent happened, Func<TEvent, TEvent> anew, Random random, Story story)
        where TEvent : Event
    {
        foreach (var turn in Enumerable.Range(0, random.Next(1, 4)))
        {
            var told = turn % 2 == 0 ? happened : anew(happened);
            story.Published.Add(told);
            yield return () => fleet.Publish(told, Ct);
        }
    }

    sealed record Story(int Seed, string Card, Person Passenger, FareFinalised Fare, Guid OtherCard)
    {
        public List<Event> Published { get; } = [];

        /// <summary>How they stand in the end.</summary>
        public List<string> Disputes { get; } = [];

        public int Refunds { get; set; }

        public long SetOff { get; set; }
    }
}
