using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>What cancelling would cost, before it is done.</summary>
public sealed class PreviewCancellationTests(BillingFleet fleet)
{
    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_says_what_is_charged_afterwards()
    {
        // The fleet's clock is today's: matched just now, four minutes before StartedAt, and free for five.
        var (late, early) = (Ride.InNewYork(), Ride.InNewYork() with { StartedAt = TimeProvider.System.GetUtcNow().AddMinutes(4) });
        await fleet.Deliver(late.Requested(fleet.Tokens), late.Created());
        await fleet.Deliver(early.Requested(fleet.Tokens), early.Created());

        var (shownLate, shownEarly) = (await Preview(late, late.PassengerId), await Preview(early, early.PassengerId));
        var shownToDriver = await Preview(late, late.DriverId);
        await fleet.Deliver(late.Cancelled(Party.Passenger, 0) with { OccurredAt = At(shownLate) });
        await fleet.Deliver(early.Cancelled(Party.Passenger, 0) with { OccurredAt = At(shownEarly) });

        Assert.Equal(500, Fee(shownLate));
        Assert.Equal(500, Assert.Single(await fleet.Published<FareFinalised>(late)).Total.MinorUnits);
        Assert.Equal(0, Fee(shownEarly));
        Assert.Empty(await fleet.Published<FareFinalised>(early));
        Assert.Equal(0, Fee(shownToDriver));
        Assert.Equal(early.Created().OccurredAt.AddMinutes(5), shownEarly.GetProperty("freeUntil").GetDateTimeOffset(), TimeSpan.FromMilliseconds(1));
    }

    /// <summary>The driver never came: what is shown is what is charged, nothing. A passenger who just does not like to wait pays.</summary>
    [Fact]
    public async Task A_passenger_whose_driver_did_not_come_is_shown_no_fee()
    {
        var ride = Ride.InNewYork();
        await fleet.Deliver(ride.Requested(fleet.Tokens), ride.Created());

        var changedMind = await Preview(ride, ride.PassengerId, "changed-mind");
        var noShow = await Preview(ride, ride.PassengerId, CancelReason.DriverNoShow);
        var byTheDriver = await Preview(ride, ride.DriverId, CancelReason.PassengerNoShow);
        await fleet.Deliver(ride.Cancelled(Party.Passenger, 0) with { OccurredAt = At(noShow), Reason = CancelReason.DriverNoShow });

        Assert.Equal((500, 0, 0), (Fee(changedMind), Fee(noShow), Fee(byTheDriver)));
        Assert.Equal((true, false), (changedMind.TryGetProperty("freeUntil", out _), noShow.TryGetProperty("freeUntil", out _)));
        Assert.Empty(await fleet.Published<FareFinalised>(ride));
    }

    [Fact]
    public async Task A_reason_that_ride_would_not_take_is_refused_here_too()
    {
        var (ride, queued) = (Ride.InNewYork(), Ride.InNewYork());
        await fleet.Deliver(ride.Requested(fleet.Tokens), ride.Created());
        await fleet.Deliver(queued.Requested(fleet.Tokens), queued.Created() with { AfterRideId = Guid.CreateVersion7() });

        var refused = new[]
        {
            await Preview(ride, ride.PassengerId, "because"), await Preview(ride, ride.PassengerId, CancelReason.PassengerNoShow),
            await Preview(ride, ride.DriverId, "changed-mind"), await Preview(queued, queued.PassengerId, CancelReason.DriverNoShow),
        };

        Assert.All(refused, problem => Assert.Equal(
            ("reason-does-not-fit", "reason"), (problem.GetProperty("code").GetString(), problem.GetProperty("field").GetString())));
    }

    [Fact]
    public async Task Where_cancelling_is_free_there_is_no_time_until_it_is()
    {
        var ride = Ride.InJakarta();
        await fleet.Deliver(ride.Requested(fleet.Tokens), ride.Created());

        var shown = await Preview(ride, ride.PassengerId);

        Assert.Equal((0, false), (Fee(shown), shown.TryGetProperty("freeUntil", out _)));
    }

    /// <summary>The grace period begins when the driver sets out, in whatever order billing hears of it.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task While_the_driver_has_not_set_out_cancelling_is_free(bool createdFirst)
    {
        var ride = Ride.InNewYork();
        var created = ride.Created() with { AfterRideId = Guid.CreateVersion7() };
        var began = new QueuedRideBegan(ride.RideId, ride.PassengerId, ride.DriverId) { OccurredAt = TimeProvider.System.GetUtcNow(), Version = 2 };
        await fleet.Deliver(ride.Requested(fleet.Tokens));
        if (createdFirst)
        {
            await fleet.Deliver(created);
            var queued = await Preview(ride, ride.PassengerId);
            Assert.Equal((0, false), (Fee(queued), queued.TryGetProperty("freeUntil", out _)));
            await fleet.Deliver(began);
        }
        else
        {
            await fleet.Deliver(began);
            await fleet.Deliver(created);
        }

        var onTheWay = await Preview(ride, ride.PassengerId);

        Assert.Equal(0, Fee(onTheWay));
        Assert.Equal(began.OccurredAt.AddMinutes(5), onTheWay.GetProperty("freeUntil").GetDateTimeOffset(), TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task A_ride_that_is_over_or_somebody_elses_has_none()
    {
        var ride = await fleet.Finished(Ride.InNewYork());

        Assert.Equal("ride-over", (await Preview(ride, ride.PassengerId)).GetProperty("code").GetString());
        Assert.Equal("not-found", (await Preview(ride, Guid.CreateVersion7())).GetProperty("code").GetString());
    }

    async Task<JsonElement> Preview(Ride ride, Guid user, string? reason = null)
    {
        var query = reason is null ? "" : $"?reason={reason}";
        using var request = fleet.Request(HttpMethod.Get, $"/v1/rides/{ride.RideId}/cancellation-fee{query}", user);
        using var answer = await fleet.Send(request);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
    }

    static long Fee(JsonElement preview) => preview.GetProperty("fee").GetProperty("minorUnits").GetInt64();

    static DateTimeOffset At(JsonElement preview) => preview.GetProperty("at").GetDateTimeOffset();
}
