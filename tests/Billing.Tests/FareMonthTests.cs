using System.Net;
using Npgsql;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>Fares lie in months as the ledger does; what is in a closed one never changes.</summary>
public sealed class FareMonthTests(BillingFleet fleet) : MonthsUnderTest(fleet)
{
    [Fact]
    public async Task A_fare_lies_in_the_month_of_its_transfer()
    {
        var ride = await Fleet.Finished(Ride.InNewYork());

        var (fare, transfer) = (Assert.Single(await TablesOf("fares", ride.RideId)), Assert.Single(await TablesOf("ledger_transfers", ride.RideId)));

        Assert.Equal(transfer.Replace("ledger_transfers", "fares", StringComparison.Ordinal), fare);
        Assert.Empty(await Fleet.BrokenInvariants());
    }

    /// <summary>As when two copies of billing both take a ride for not yet priced, before and after the end of a month: months have no index in common.</summary>
    [Fact]
    public async Task Of_many_fares_of_one_ride_in_different_months_at_once_there_is_one()
    {
        var (ride, now) = (Guid.CreateVersion7(), DateTimeOffset.UtcNow);
        await Fleet.Finished(Ride.InNewYork());

        var outcomes = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(async number => await Record.ExceptionAsync(() => WriteFare(ride, now.AddMonths(number % 3)))));

        Assert.Single(outcomes, outcome => outcome is null);
        Assert.All(outcomes.OfType<Exception>(), refused => Assert.Equal("fares_one_per_ride", Assert.IsType<PostgresException>(refused).ConstraintName));
        Assert.Single(await BookedFares(ride));
        Assert.Empty(await Fleet.BrokenInvariants());
    }

    /// <summary>No fare comes, none goes and none is another; it can be paid and given up all the same, which is noted apart from it and booked in the open month.</summary>
    [Fact]
    public async Task The_fares_of_a_closed_month_stay_as_they_are()
    {
        var month = NextMonth();
        var (ride, late) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await Fleet.Finished(Ride.InNewYork());
        await WriteFare(ride, month.AddDays(2));
        await Close(month, First);
        await Decide(month, "approve", Second);

        await WriteFare(late, month.AddDays(3));
        var dated = await Assert.ThrowsAsync<PostgresException>(
            () => Fleet.ExecuteAsOwner(CopyOfAFare(Guid.CreateVersion7(), month.AddDays(3), $"'{month.AddDays(3):O}'")));
        foreach (var change in new[]
        {
            "update billing.fares set full_minor_units = 0", "update billing.fares set booked_at = now()", "update billing.fares set created_at = created_at",
            "delete from billing.fares",
        })
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => Fleet.ExecuteAsOwner($"{change} where ride_id = '{ride}'"));
            Assert.Equal((change, PostgresErrorCodes.InsufficientPrivilege), (change, refused.SqlState));
        }

        Assert.Equal("fares_in_open_months", dated.ConstraintName);
        Assert.Equal([month.AddDays(2), month.AddMonths(1)], await BookedFares(ride, late));
        const string giveUp = "update billing.fare_settlements set settlement = 'Void', settled_at = null where ride_id = @ride";
        Assert.Equal(1, await Fleet.Database.Execute(giveUp, new { ride }, Stop));
        Assert.Empty(await Fleet.BrokenInvariants());
    }

    /// <summary>Forty fares around a closing: whoever asked before is in the month when it closes, and afterwards nobody comes into it.</summary>
    [Fact]
    public async Task Fares_that_become_final_while_a_month_is_closed_are_in_it_or_after_it()
    {
        var month = NextMonth();
        await Fleet.Finished(Ride.InNewYork());
        await Close(month, First);
        var rides = Enumerable.Range(0, 40).Select(_ => Guid.CreateVersion7()).ToArray();

        var writing = Task.WhenAll(rides.Chunk(5).Select(async some =>
        {
            foreach (var ride in some) await WriteFare(ride, month.AddDays(1));
        }));
        var decided = await Decide(month, "approve", Second);
        const string inside = "billing.fares where booked_at >= @from and booked_at < @to";
        var closed = await Fleet.Count(inside, new { from = month, to = month.AddMonths(1) });
        await writing;

        Assert.Equal(HttpStatusCode.OK, decided.StatusCode);
        Assert.Equal(closed, await Fleet.Count(inside, new { from = month, to = month.AddMonths(1) }));
        Assert.All(await BookedFares(rides), booked => Assert.Contains(booked, new[] { month.AddDays(1), month.AddMonths(1) }));
        Assert.Empty(await Fleet.BrokenInvariants());
    }

    async Task<IReadOnlyList<DateTimeOffset>> BookedFares(params Guid[] rides) =>
        [.. (await Fleet.Column<DateTime>("select booked_at from billing.fares where ride_id = any(@rides) order by 1", new { rides }))
            .Select(at => new DateTimeOffset(at))];
}
