using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Npgsql;
using Tumpang.Contracts;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>What a passenger is told to owe after their bank has taken a charge back for good.</summary>
public sealed class ChargebackTests(BillingFleet fleet)
{
    const int Callers = 12;

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_pays_the_rest_of_a_fare_still_owes_the_part_that_was_taken_back()
    {
        var ride = await PartlyPaidAndTakenBack();

        await fleet.Deliver(ride.Paid(new(300, "USD")));

        Assert.Equal("Settled", (await fleet.FareOf(ride)).Settlement);
        Assert.Equal([300, 800, 500], await DebtsTold(ride));
        Assert.Empty(await fleet.Published<PassengerDebtSettled>(ride));
    }

    [Fact]
    public async Task Who_is_forgiven_a_chargeback_still_owes_the_rest_of_the_fare_until_it_is_paid()
    {
        var ride = await PartlyPaidAndTakenBack();

        var dispute = await fleet.Column<Guid>("select dispute_id from billing.lost_chargebacks where ride_id = @RideId", ride);
        using var request = fleet.OperatorRequest(HttpMethod.Post, $"/v1/ops/chargebacks/{Assert.Single(dispute)}/forgive", new { reason = "an honest mistake" });
        using var answer = await fleet.Send(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal([300, 800, 300], await DebtsTold(ride));
        Assert.Empty(await fleet.Published<PassengerDebtSettled>(ride));
        await fleet.Deliver(ride.Paid(new(300, "USD")));
        Assert.Single(await fleet.Published<PassengerDebtSettled>(ride));
    }

    [Fact]
    public async Task What_is_set_off_lowers_the_debt_whether_it_is_heard_before_the_loss_or_after_it()
    {
        var (before, after) = (await PaidAndLoweredBy(300), await PaidAndLoweredBy(300));

        await fleet.Deliver(before.SetOff(new(300, "USD")), before.TakenBack(new(800, "USD")));
        await fleet.Deliver(after.TakenBack(new(800, "USD")), after.SetOff(new(300, "USD")));

        Assert.Equal([500], await DebtsTold(before));
        Assert.Equal([800, 500], await DebtsTold(after));
        await OnlyOwe(500, before, after);
    }

    [Fact]
    public async Task Loss_and_set_off_told_many_times_at_once_to_two_copies_are_booked_once_and_the_last_debt_told_is_the_lower_one()
    {
        var rides = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => PaidAndLoweredBy(300)));
        var news = rides.SelectMany(ride => Copies(ride.TakenBack(new(800, "USD"))).Concat(Copies(ride.SetOff(new(300, "USD"))))).ToArray();
        new Random(7).Shuffle(news);

        await fleet.DeliverAtOnce(news);

        foreach (var ride in rides)
        {
            Assert.Equal(500, (await DebtsTold(ride)).Last());
            Assert.Equal(1, await fleet.Count("billing.set_offs where ride_id = @RideId", ride));
        }

        await OnlyOwe(500, rides);
    }

    [Fact]
    public async Task A_fare_that_is_taken_off_whole_leaves_nothing_owed()
    {
        var ride = await PaidAndLoweredBy(800);

        await fleet.Deliver(ride.TakenBack(new(800, "USD")), ride.SetOff(new(300, "USD")), ride.SetOff(new(500, "USD")));

        Assert.Equal([800, 500], await DebtsTold(ride));
        Assert.Single(await fleet.Published<PassengerDebtSettled>(ride));
        Assert.Empty((await Debts(ride)).GetProperty("debts").EnumerateArray());
        Assert.Equal((0, 0), (await fleet.Posted("PassengerReceivable", ride), await fleet.Posted("ChargebackLosses", ride)));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    [Fact]
    public async Task Of_several_chargebacks_the_oldest_are_set_off_first()
    {
        var ride = await PaidAndLoweredBy(400);
        var (older, newer) = (ride.TakenBack(new(300, "USD")), ride.TakenBack(new(500, "USD")));

        await fleet.Deliver(newer with { OccurredAt = older.OccurredAt.AddMinutes(1) }, older, ride.SetOff(new(400, "USD")));

        Assert.Equal([500, 800, 400], await DebtsTold(ride));
        Assert.Equal([400], AmountsOf((await Debts(ride)).GetProperty("debts")));
    }

    // What was set off is used up by the one that it was set off against, also when that is forgiven: the other is owed whole.
    [Fact]
    public async Task Who_is_forgiven_the_older_of_two_chargebacks_still_owes_the_newer()
    {
        var ride = await PaidAndLoweredBy(200);
        var (older, newer) = (ride.TakenBack(new(300, "USD")), ride.TakenBack(new(100, "USD")));
        await fleet.Deliver(older, newer with { OccurredAt = older.OccurredAt.AddMinutes(1) }, ride.SetOff(new(200, "USD")));

        using var request = fleet.OperatorRequest(HttpMethod.Post, $"/v1/ops/chargebacks/{older.DisputeId}/forgive", new { reason = "an honest mistake" });
        using var answer = await fleet.Send(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal([300, 400, 200, 100], await DebtsTold(ride));
        Assert.Empty(await fleet.Published<PassengerDebtSettled>(ride));
        Assert.Equal([100], AmountsOf((await Debts(ride)).GetProperty("debts")));
    }

    [Fact]
    public async Task Above_the_limit_a_second_operator_forgives()
    {
        var ride = await fleet.Finished(Ride.InNewYork());
        var lost = ride.TakenBack(new(6_000, "USD"));
        await fleet.Deliver(lost);
        var (first, second, forgive) = (Guid.CreateVersion7(), Guid.CreateVersion7(), $"/v1/ops/chargebacks/{lost.DisputeId}/forgive");

        var proposed = await Ask(first, forgive);
        var again = await Ask(second, forgive);
        var alone = await Ask(first, $"{forgive}/approve");
        var before = AmountsOf((await Debts(ride)).GetProperty("debts")).ToList();
        var approved = await Ask(second, $"{forgive}/approve");

        Assert.Equal((HttpStatusCode.OK, "Proposed"), (proposed.Status, proposed.Said.GetProperty("status").GetString()));
        Assert.Equal("forgiveness-proposed", again.Said.GetProperty("code").GetString());
        Assert.Equal((HttpStatusCode.Forbidden, "second-operator-required"), (alone.Status, alone.Said.GetProperty("code").GetString()));
        Assert.Equal([6_000], before);
        Assert.Equal((HttpStatusCode.OK, "Effective"), (approved.Status, approved.Said.GetProperty("status").GetString()));
        Assert.Empty(AmountsOf((await Debts(ride)).GetProperty("debts")));
        Assert.Equal("chargeback-forgiven", (await Ask(first, forgive)).Said.GetProperty("code").GetString());
    }

    // A sum does not get past the limit in slices.
    [Fact]
    public async Task What_was_forgiven_of_a_ride_before_counts_and_what_was_rejected_may_be_proposed_again()
    {
        var ride = await fleet.Finished(Ride.InNewYork());
        var (one, other) = (ride.TakenBack(new(3_000, "USD")), ride.TakenBack(new(3_000, "USD")));
        await fleet.Deliver(one, other);
        var forgive = $"/v1/ops/chargebacks/{other.DisputeId}/forgive";

        var small = await Ask(fleet.Operator, $"/v1/ops/chargebacks/{one.DisputeId}/forgive");
        var large = await Ask(fleet.Operator, forgive);
        var rejected = await Ask(fleet.Operator, $"{forgive}/reject");
        var nothing = await Ask(Guid.CreateVersion7(), $"{forgive}/approve");

        Assert.Equal(("Effective", "Proposed"), (small.Said.GetProperty("status").GetString(), large.Said.GetProperty("status").GetString()));
        Assert.Equal("Rejected", rejected.Said.GetProperty("status").GetString());
        Assert.Equal(HttpStatusCode.NotFound, nothing.Status);
        Assert.Equal("Proposed", (await Ask(fleet.Operator, forgive)).Said.GetProperty("status").GetString());
    }

    // Where nobody is blocked for a lost chargeback, billing keeps none of them, and the books are the same.
    [Fact]
    public async Task What_is_set_off_where_nobody_owes_a_chargeback_is_booked_and_tells_of_no_debt()
    {
        var ride = await PaidAndLoweredBy(300);

        await fleet.Deliver(ride.SetOff(new(300, "USD")));

        Assert.Equal((0, -300), (await fleet.Posted("PassengerReceivable", ride), await fleet.Posted("ChargebackLosses", ride)));
        Assert.Empty(await fleet.Published<PassengerDebtIncurred>(ride));
        Assert.Empty(await fleet.Published<PassengerDebtSettled>(ride));
        Assert.Empty((await Debts(ride)).GetProperty("refunds").EnumerateArray());
        Assert.Empty(await fleet.BrokenInvariants());
    }

    [Fact]
    public async Task What_was_set_off_before_the_payment_was_heard_of_leaves_the_books_right_at_every_moment()
    {
        var ride = await fleet.Finished(Ride.InNewYork());
        await Lower(ride, 300);

        await fleet.Deliver(ride.SetOff(new(300, "USD")));
        var early = await fleet.BrokenInvariants();
        await fleet.Deliver(ride.TakenBack(new(800, "USD")), ride.Paid(new(800, "USD")));

        Assert.Empty(early);
        await OnlyOwe(500, ride);
    }

    [Theory]
    [InlineData("update billing.set_offs set amount_minor_units = 1")]
    [InlineData("delete from billing.set_offs")]
    [InlineData("truncate billing.set_offs")]
    public async Task What_was_set_off_stays(string sql)
    {
        var ride = await PaidAndLoweredBy(300);
        await fleet.Deliver(ride.SetOff(new(300, "USD")));

        var refused = await Assert.ThrowsAsync<PostgresException>(() => fleet.ExecuteAsOwner(sql));

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    /// <summary>The passenger has everything else back, our loss is what they owe, and nothing is on its way to them.</summary>
    async Task OnlyOwe(long minorUnits, params Ride[] rides)
    {
        foreach (var ride in rides)
        {
            Assert.Empty(await fleet.Published<PassengerDebtSettled>(ride));
            Assert.Equal((0, minorUnits), (await fleet.Posted("PassengerReceivable", ride), await fleet.Posted("ChargebackLosses", ride)));
            var view = await Debts(ride);
            Assert.Equal([minorUnits], AmountsOf(view.GetProperty("debts")));
            Assert.Empty(view.GetProperty("refunds").EnumerateArray());
        }

        Assert.Empty(await fleet.BrokenInvariants());
    }

    /// <summary>A ride of 8.00 dollars, paid by card and lowered since.</summary>
    async Task<Ride> PaidAndLoweredBy(long minorUnits)
    {
        var ride = await fleet.Finished(Ride.InNewYork());
        await fleet.Deliver(ride.Paid(new(800, "USD")));
        await Lower(ride, minorUnits);
        return ride;
    }

    async Task<(HttpStatusCode Status, JsonElement Said)> Ask(Guid operatorId, string path)
    {
        using var request = fleet.RequestOfOperator(HttpMethod.Post, path, operatorId);
        request.Content = JsonContent.Create(new { reason = "an honest mistake" });
        using var answer = await fleet.Send(request);
        return (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).Clone());
    }

    async Task Lower(Ride ride, long minorUnits)
    {
        using var request = fleet.RequestOfOperator(HttpMethod.Post, $"/v1/ops/rides/{ride.RideId}/adjustments", fleet.Operator);
        request.Content = JsonContent.Create(new { amountMinorUnits = minorUnits, reason = "a detour", bornBy = "Everybody" });
        using var answer = await fleet.Send(request);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    async Task<JsonElement> Debts(Ride ride)
    {
        using var request = fleet.Request(HttpMethod.Get, "/v1/me/debts", ride.PassengerId, driver: false);
        using var answer = await fleet.Send(request);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).Clone();
    }

    static IEnumerable<long> AmountsOf(JsonElement debts) =>
        debts.EnumerateArray().Select(debt => debt.GetProperty("amount").GetProperty("minorUnits").GetInt64());

    /// <summary>Under ids of their own, so that the inbox lets all of them through.</summary>
    static IEnumerable<Event> Copies(Event happened) => Enumerable.Range(0, Callers).Select(_ => happened with { EventId = Guid.CreateVersion7() });

    /// <summary>Of 8.00 dollars 5.00 were captured, 3.00 refused, and the 5.00 taken back.</summary>
    async Task<Ride> PartlyPaidAndTakenBack()
    {
        var ride = await fleet.Finished(Ride.InNewYork());
        await fleet.Deliver(ride.PartlyPaid(new(500, "USD")), ride.Declined(new(300, "USD")), ride.TakenBack(new(500, "USD")));
        return ride;
    }

    async Task<IEnumerable<long>> DebtsTold(Ride ride) => (await fleet.Published<PassengerDebtIncurred>(ride)).Select(told => told.Amount.MinorUnits);
}
