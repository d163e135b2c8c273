using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>Operators lower fares: in the books by new transfers only, above a limit by two of them, never below nothing.</summary>
public sealed class AdjustmentTests(BillingFleet fleet)
{
    const int Callers = 20;

    static readonly Guid First = Guid.CreateVersion7();
    static readonly Guid Second = Guid.CreateVersion7();

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    // 8.00: 0.50 tax, 0.75 commission, 6.75 earning. Half of each part, and the odd unit from the driver.
    [Fact]
    public async Task Everybody_gives_in_proportion_and_payment_is_told()
    {
        var ride = await fleet.Finished(Ride.InNewYork());

        var adjustment = await Made(await Adjust(ride, 400));

        Assert.Equal("Effective", adjustment.GetProperty("status").GetString());
        Assert.Equal((400, -337, -38, -25), (await Posted(ride, "PassengerReceivable"), await Posted(ride, "DriverPayable"), await Posted(ride, "Commission"), await Posted(ride, "Tax")));
        var told = Assert.Single(await fleet.Published<FareAdjusted>(ride));
        Assert.Equal((new Money(400, "USD"), new Money(400, "USD")), (told.Amount, told.Total));
    }

    [Fact]
    public async Task What_the_platform_bears_leaves_the_driver_alone()
    {
        var ride = await fleet.Finished(Ride.InNewYork());

        await Made(await Adjust(ride, 800, bornBy: "Platform"));

        Assert.Equal((0, -675, 800), (await Posted(ride, "PassengerReceivable"), await Posted(ride, "DriverPayable"), await Posted(ride, "Concessions")));
    }

    // NebengJek 15: read, check, write.
    [Fact]
    public async Task Of_twenty_adjustments_at_once_only_so_many_are_made_as_the_fare_can_bear()
    {
        var ride = await fleet.Finished(Ride.InNewYork());

        var answers = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Adjust(ride, 100)));

        Assert.Equal(8, answers.Count(answer => answer.StatusCode == HttpStatusCode.Created));
        Assert.Equal(12, answers.Count(answer => answer.StatusCode == HttpStatusCode.UnprocessableEntity));
        Assert.Equal((0, 0, 0, 0), (await Posted(ride, "PassengerReceivable"), await Posted(ride, "DriverPayable"), await Posted(ride, "Commission"), await Posted(ride, "Tax")));
        Assert.Equal(8, (await fleet.Published<FareAdjusted>(ride)).Count);
        Assert.Empty(await fleet.BrokenInvariants());
    }

    // NebengJek 20: sent again, it counted again.
    [Fact]
    public async Task One_key_is_one_adjustment()
    {
        var ride = await fleet.Finished(Ride.InNewYork());
        var key = Guid.NewGuid().ToString();

        var answers = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Adjust(ride, 100, key: key)));

        Assert.All(answers, answer => Assert.True(answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.Conflict));
        Assert.Single(await fleet.Published<FareAdjusted>(ride));
    }

    [Fact]
    public async Task Beyond_the_limit_a_second_operator_decides_once_and_slices_do_not_get_past_it()
    {
        // 60.00 and more: 40 km.
        var ride = Ride.InNewYork();
        await fleet.Deliver(ride.Requested(fleet.Tokens), ride.Created(), ride.Completed(), ride.Tracked(metres: 40_000));
        await fleet.FareOf(ride);
        await Made(await Adjust(ride, 3_000));

        var proposed = await Made(await Adjust(ride, 2_500));
        var approve = $"/v1/ops/rides/{ride.RideId}/adjustments/{proposed.GetProperty("adjustmentId").GetGuid()}/approve";
        var alone = await Post(approve, First);
        var answers = await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Post(approve, Second)));

        Assert.Equal("Proposed", proposed.GetProperty("status").GetString());
        Assert.Equal((HttpStatusCode.Forbidden, "second-operator-required"), (alone.StatusCode, await CodeOf(alone)));
        Assert.Equal(1, answers.Count(answer => answer.StatusCode == HttpStatusCode.OK));
        Assert.Equal([3_000L, 2_500L], (await fleet.Published<FareAdjusted>(ride)).Select(told => told.Amount.MinorUnits));
    }

    [Fact]
    public async Task A_rejected_proposal_makes_room_for_another()
    {
        var ride = Ride.InNewYork();
        await fleet.Deliver(ride.Requested(fleet.Tokens), ride.Created(), ride.Completed(), ride.Tracked(metres: 40_000));
        var total = (await fleet.FareOf(ride)).TotalMinorUnits;
        var proposed = await Made(await Adjust(ride, total));
        var id = proposed.GetProperty("adjustmentId").GetGuid();
        var crowded = await Adjust(ride, 1);

        var rejected = await Post($"/v1/ops/rides/{ride.RideId}/adjustments/{id}/reject", First);
        var late = await Post($"/v1/ops/rides/{ride.RideId}/adjustments/{id}/approve", Second);

        Assert.Equal("adjustment-exceeds-fare", await CodeOf(crowded));
        Assert.Equal(HttpStatusCode.OK, rejected.StatusCode);
        Assert.Equal("adjustment-decided", await CodeOf(late));
        await Made(await Adjust(ride, 1));
        Assert.Single(await fleet.Published<FareAdjusted>(ride));
    }

    [Fact]
    public async Task Only_operators_with_a_reason_and_a_fare()
    {
        var ride = await fleet.Finished(Ride.InNewYork());
        using var passenger = fleet.Request(HttpMethod.Post, $"/v1/ops/rides/{ride.RideId}/adjustments", ride.PassengerId);
        passenger.Content = JsonContent.Create(new { amountMinorUnits = 100, reason = "too dear" });

        Assert.Equal(HttpStatusCode.Forbidden, (await fleet.Send(passenger)).StatusCode);
        Assert.Equal((HttpStatusCode.BadRequest, "reason"), await FieldOf(await Adjust(ride, 100, reason: " ")));
        Assert.Equal((HttpStatusCode.BadRequest, "amountMinorUnits"), await FieldOf(await Adjust(ride, -1)));
        Assert.Equal(HttpStatusCode.NotFound, (await Adjust(Ride.InNewYork(), 100)).StatusCode);
        Assert.Equal(800, await Posted(ride, "PassengerReceivable"));
    }

    [Fact]
    public async Task A_refund_takes_the_money_out_of_the_provider_s_hands_once()
    {
        var ride = await fleet.Finished(Ride.InNewYork());
        await fleet.Deliver(ride.Paid(new(800, "USD")));
        await Made(await Adjust(ride, 300));
        var refunded = ride.Refunded(new(300, "USD"));

        await fleet.DeliverAtOnce([.. Enumerable.Range(0, Callers).Select(_ => refunded with { EventId = Guid.CreateVersion7() })]);

        Assert.Equal((0, 500), (await Posted(ride, "PassengerReceivable"), await Posted(ride, "ProviderClearing")));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    [Fact]
    public async Task What_cash_paid_too_much_is_the_passenger_s_credit()
    {
        var ride = await fleet.Finished(Ride.InJakarta());
        await fleet.Deliver(ride.Paid(new(965_700, "IDR")));

        await Made(await Adjust(ride, 65_700));

        using var request = fleet.Request(HttpMethod.Get, "/v1/me/debts", ride.PassengerId, driver: false);
        using var answer = await fleet.Send(request);
        var debts = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.Equal(65_700, Assert.Single(debts.GetProperty("credits").EnumerateArray()).GetProperty("minorUnits").GetInt64());
        Assert.Equal((0, -65_700), (await Posted(ride, "PassengerReceivable"), await Posted(ride, "PassengerCredit")));
    }

    [Fact]
    public async Task What_a_card_is_to_get_back_is_a_refund_and_no_credit()
    {
        var ride = await fleet.Finished(Ride.InNewYork());
        await fleet.Deliver(ride.Paid(new(800, "USD")));

        await Made(await Adjust(ride, 300));

        using var request = fleet.Request(HttpMethod.Get, "/v1/me/debts", ride.PassengerId, driver: false);
        using var answer = await fleet.Send(request);
        var debts = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.Empty(debts.GetProperty("credits").EnumerateArray());
        Assert.Equal(300, Assert.Single(debts.GetProperty("refunds").EnumerateArray()).GetProperty("minorUnits").GetInt64());
    }

    // NebengJek 19: a refused payment locked both sides. Here the debt can end without money, too.
    [Fact]
    public async Task A_written_off_fare_is_our_loss_and_the_debt_is_gone_once()
    {
        var ride = await fleet.Finished(Ride.InNewYork());
        await fleet.Deliver(ride.Declined(new(800, "USD")));
        await Made(await Adjust(ride, 100));
        var writtenOff = ride.WrittenOff(new(800, "USD"));

        await fleet.DeliverAtOnce([.. Enumerable.Range(0, Callers).Select(_ => writtenOff with { EventId = Guid.CreateVersion7() })]);

        // The event is older than the adjustment: what is left is what the fare says.
        Assert.Equal((0, 700), (await Posted(ride, "PassengerReceivable"), await Posted(ride, "WriteOffs")));
        Assert.Equal("WrittenOff", (await fleet.FareOf(ride)).Settlement);
        Assert.Single(await fleet.Published<PassengerDebtSettled>(ride));
        Assert.Equal("fare-closed", await CodeOf(await Adjust(ride, 1)));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    [Fact]
    public async Task A_void_fare_leaves_nothing_anywhere()
    {
        var ride = await fleet.Finished(Ride.InNewYork());
        await Made(await Adjust(ride, 123));
        var voided = ride.Voided(new(677, "USD"));

        await fleet.DeliverAtOnce([.. Enumerable.Range(0, Callers).Select(_ => voided with { EventId = Guid.CreateVersion7() })]);

        foreach (var kind in new[] { "PassengerReceivable", "DriverPayable", "Commission", "Tax" })
        {
            Assert.Equal((kind, 0), (kind, await Posted(ride, kind)));
        }

        Assert.Empty(await fleet.Published<PassengerDebtSettled>(ride));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    [Fact]
    public async Task Lowering_and_giving_up_at_once_leave_nothing_owed()
    {
        var rides = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => fleet.Finished(Ride.InNewYork())));

        await Task.WhenAll(rides.SelectMany((ride, turn) => new Task[]
        {
            Adjust(ride, 150), Adjust(ride, 150), fleet.Deliver(turn % 2 == 0 ? ride.WrittenOff(new(800, "USD")) : ride.Voided(new(800, "USD"))),
        }));

        foreach (var ride in rides)
        {
            Assert.Equal(0, await Posted(ride, "PassengerReceivable"));
        }

        Assert.Empty(await fleet.BrokenInvariants());
    }

    Task<long> Posted(Ride ride, string kind) => fleet.Posted(kind, ride);

    async Task<HttpResponseMessage> Adjust(Ride ride, long minorUnits, string reason = "the driver took a detour", string bornBy = "Everybody", string? key = null)
    {
        using var request = fleet.RequestOfOperator(HttpMethod.Post, $"/v1/ops/rides/{ride.RideId}/adjustments", First);
        request.Content = JsonContent.Create(new { amountMinorUnits = minorUnits, reason, bornBy });
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        return await fleet.Send(request);
    }

    async Task<HttpResponseMessage> Post(string path, Guid @operator)
    {
        using var request = fleet.RequestOfOperator(HttpMethod.Post, path, @operator);
        return await fleet.Send(request);
    }

    static async Task<JsonElement> Made(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
    }

    static async Task<string?> CodeOf(HttpResponseMessage answer) => (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("code").GetString();

    static async Task<(HttpStatusCode, string?)> FieldOf(HttpResponseMessage answer) =>
        (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("field").GetString());
}
