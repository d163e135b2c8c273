using System.Net;
using Tumpang.Contracts;
using Tumpang.Testing;
using Xunit;

namespace Tumpang.Rides.Tests;

/// <summary>Runs when no other test does: its tests kill what the others talk to.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class CrashCollection;

/// <summary>Both copies are killed with work in hand.</summary>
[Collection<CrashCollection>]
public sealed class CrashTests(RideFleet fleet)
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>NebengJek defect 25: a process killed after the answer loses the event. Here it leaves when a copy is back.</summary>
    [Fact]
    public async Task What_was_answered_is_published_though_every_copy_is_killed()
    {
        var match = await fleet.Ride();
        using var answer = await fleet.Step(match, RideStatus.DriverArrived);

        await Task.WhenAll(fleet.Copies.Select(copy => copy.Kill()));
        await Task.WhenAll(fleet.Copies.Select(copy => copy.Restart(Ct)));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await Eventually.Get(
            () => fleet.Scalar<long>("select count(*) from ride.outbox_archive where aggregate_id = @RideId and event_type = 'DriverArrived'", match), count => count == 1, Ct);
    }
}
