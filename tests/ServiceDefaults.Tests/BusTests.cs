using Tumpang.Contracts;
using Tumpang.Testing;
using Xunit;

namespace Tumpang.ServiceDefaults.Tests;

/// <summary>What the outbox and the inbox promise, on a real broker and a real database.</summary>
public sealed class BusTests(BusApp app)
{
    const int Many = 24;

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>NebengJek defect 25: change and event are two writes. Here a rollback takes the event with it, and a commit never leaves it behind.</summary>
    [Fact]
    public async Task NebengJek_25_an_event_leaves_if_and_only_if_its_transaction_commits()
    {
        var (kept, dropped) = (Rated(), Rated());
        await using (var rolledBack = await app.Database.Begin(Ct))
        {
            rolledBack.Publish(dropped);
        }

        await Commit(kept);

        await Eventually.Get(() => app.Effects(kept.RideId.ToString()), count => count == 1, Ct);
        // It may take effect before the relay has noted that it left.
        await Eventually.Get(() => app.Archived(kept.EventId), count => count == 1, Ct);
        Assert.Equal(0, await app.Archived(dropped.EventId));
    }

    /// <summary>NebengJek defects 20 and 29: delivered twice, acted twice.</summary>
    [Fact]
    public async Task An_event_delivered_many_times_acts_once()
    {
        var (often, last) = (Rated(), Rated());

        await app.Deliver(Enumerable.Repeat<Event>(often, Many).Append(last));

        await Eventually.Get(() => app.Effects(last.RideId.ToString()), count => count == 1, Ct);
        Assert.Equal(1, await Eventually.Get(() => app.Effects(often.RideId.ToString()), count => count > 0, Ct));
    }

    /// <summary>NebengJek defect 29: poison messages are just retried. Here one goes to the error queue and holds nobody up.</summary>
    [Fact]
    public async Task A_message_that_cannot_be_digested_leaves_no_trace_and_the_next_ones_pass()
    {
        var poison = Enumerable.Range(0, Many).Select(_ => Rated()).ToList();
        poison.ForEach(each => app.Handler.Poison[each.RideId] = true);
        var next = Rated();

        await app.Deliver(poison.Append(next));

        await Eventually.Get(() => app.Effects(next.RideId.ToString()), count => count == 1, Ct);
        Assert.Equal(0, await app.Effects(poison[0].RideId.ToString()));
    }

    /// <summary>NebengJek defect 24: dropped after three tries at once. Here an outage is waited for.</summary>
    [Fact]
    public async Task A_handler_whose_store_is_away_is_asked_again()
    {
        var rated = Rated();
        app.Handler.FailTransiently(rated.RideId, times: 3);

        await Commit(rated);

        Assert.Equal(1, await Eventually.Get(() => app.Effects(rated.RideId.ToString()), count => count == 1, Ct));
    }

    [Fact]
    public async Task The_events_of_a_ride_leave_in_the_order_in_which_they_were_committed()
    {
        var rideId = Guid.CreateVersion7();
        var events = Enumerable.Range(1, 100).Select(version => Rated() with { RideId = rideId, Version = version }).ToList();
        foreach (var part in events.Chunk(10))
        {
            await Commit(part);
        }

        await Eventually.Get(() => app.Effects(rideId.ToString()), count => count == 100, Ct);
        var sent = await Eventually.Get(() => SentInOrder(rideId), versions => versions.Count == 100, Ct);
        Assert.Equal(events.Select(each => each.Version), sent);
    }

    async Task<IReadOnlyList<long>> SentInOrder(Guid rideId) => await app.Database.List<long>(
        "select (payload::jsonb ->> 'version')::bigint from bench.outbox_archive where aggregate_id = @RideId order by id", new { rideId }, Ct);

    async Task Commit(params Event[] events)
    {
        await using var transaction = await app.Database.Begin(Ct);
        Array.ForEach(events, transaction.Publish);
        await transaction.Commit(Ct);
    }

    static RideRated Rated() =>
        new(Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7(), Party.Passenger, 5) { OccurredAt = DateTimeOffset.UnixEpoch, Version = 1 };
}
