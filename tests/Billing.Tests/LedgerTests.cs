using Npgsql;
using Tumpang.ServiceDefaults;
using Xunit;

namespace Tumpang.Billing.Tests;

/// <summary>The schema guards the books, whoever writes.</summary>
public sealed class LedgerTests(BillingFleet fleet)
{
    const int Rides = 60;

    [Theory]
    [InlineData("update billing.ledger_entries set amount_minor_units = 1")]
    [InlineData("delete from billing.ledger_entries")]
    [InlineData("update billing.ledger_transfers set kind = 'Fare'")]
    [InlineData("delete from billing.ledger_transfers")]
    [InlineData("delete from billing.ledger_accounts")]
    [InlineData("truncate billing.ledger_entries")]
    [InlineData("delete from billing.ledger_keys")]
    [InlineData("delete from billing.ledger_horizon")]
    [InlineData("delete from billing.fare_settlements")]
    [InlineData("update billing.fare_settlements set booked_at = booked_at + interval '1 month'")]
    [InlineData("update billing.fare_settlements set total_minor_units = total_minor_units + 1")]
    [InlineData("insert into billing.fare_settlements select (jsonb_populate_record(paid, jsonb_build_object('ride_id', gen_random_uuid()))).* from billing.fare_settlements paid")]
    [InlineData("update billing.fare_policies set base_minor_units = 0")]
    [InlineData("delete from billing.fare_policies")]
    [InlineData("delete from billing.fares")]
    [InlineData("update billing.fares set full_minor_units = full_minor_units + 1")]
    [InlineData("update billing.fares set booked_at = booked_at + interval '1 month'")]
    public async Task History_cannot_be_changed(string attempt)
    {
        await fleet.Finished(Ride.InNewYork());

        var refused = await Assert.ThrowsAsync<PostgresException>(() => fleet.Database.Execute(attempt, null, Stop));

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
    }

    [Theory]
    [InlineData(500, -499)]
    [InlineData(500, 0)]
    [InlineData(0, 0)]
    public async Task A_transfer_that_does_not_balance_is_refused_at_commit(long debit, long credit)
    {
        await using var transaction = await fleet.Database.Begin(Stop);
        await transaction.Execute(Ledger.Post, Ledger.Parameters(Transfer("USD", debit, credit)), Stop);

        var refused = await Assert.ThrowsAsync<PostgresException>(() => transaction.Commit(Stop));

        Assert.Equal("ledger_transfers_balance", refused.ConstraintName);
    }

    [Fact]
    public async Task Entries_cannot_be_added_to_a_transfer_of_yesterday()
    {
        var (ride, other) = (await fleet.Finished(Ride.InNewYork()), await fleet.Finished(Ride.InNewYork()));

        var refused = await Assert.ThrowsAsync<PostgresException>(() => fleet.Database.Execute("""
            insert into billing.ledger_entries (transfer_id, account_id, currency, amount_minor_units, occurred_at)
            select transfer.transfer_id, account.account_id, 'USD', 5, transfer.occurred_at
            from   billing.ledger_transfers transfer, billing.ledger_accounts account
            where  transfer.ride_id = @RideId and account.party_id = @PassengerId
            """, new { ride.RideId, other.PassengerId }, Stop));

        Assert.Equal("ledger_entries_with_their_transfer", refused.ConstraintName);
    }

    /// <summary>Also when it is checked before the commit: then nothing comes behind the check.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("set constraints all immediate;")]
    public async Task Entries_cannot_be_added_to_a_transfer_of_the_same_transaction(string check)
    {
        var other = await fleet.Finished(Ride.InNewYork());
        var transfer = Ledger.Parameters(Transfer("USD", 500, -500));
        await using var transaction = await fleet.Database.Begin(Stop);
        await transaction.Execute(Ledger.Post, transfer, Stop);

        var refused = await Assert.ThrowsAsync<PostgresException>(() => transaction.Execute($"""
            {check}
            insert into billing.ledger_entries (transfer_id, account_id, currency, amount_minor_units, occurred_at)
            select transfer.transfer_id, account.account_id, 'USD', 5, transfer.occurred_at
            from   billing.ledger_transfers transfer, billing.ledger_accounts account
            where  transfer.transfer_id = @TransferId and account.party_id = @PassengerId
            """, new { transfer.TransferId, other.PassengerId }, Stop));

        Assert.Equal("ledger_entries_with_their_transfer", refused.ConstraintName);
    }

    /// <summary>Ever the same two parties, from both copies: the hot rows of the books, and nothing is lost or deadlocks.</summary>
    [Fact]
    public async Task Balances_equal_their_entries_after_many_rides_at_once()
    {
        var (passenger, driver) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var rides = Enumerable.Range(0, Rides).Select(_ => Ride.InNewYork() with { PassengerId = passenger, DriverId = driver }).ToList();

        await Task.WhenAll(rides.Select(async ride =>
        {
            await fleet.Finished(ride);
            await fleet.Deliver(ride.Paid(new(800, "USD")));
        }));

        // 8.00 each: 0.50 tax, 10 % of 7.50 = 0.75, 6.75 for the driver
        Assert.Equal(-675 * Rides, await fleet.Balance("DriverPayable", driver));
        Assert.Equal(0, await fleet.Balance("PassengerReceivable", passenger));
        Assert.Empty(await fleet.BrokenInvariants());
    }

    [Fact]
    public async Task A_business_key_posts_once()
    {
        var transfer = Transfer("IDR", 700, -700);

        foreach (var _ in Enumerable.Range(0, 3))
        {
            await using var transaction = await fleet.Database.Begin(Stop);
            Ledger.Write(transfer, transaction);
            await transaction.Commit(Stop);
        }

        Assert.Equal(700, await fleet.Balance("PassengerReceivable", transfer.Postings[0].PartyId));
    }

    static CancellationToken Stop => TestContext.Current.CancellationToken;

    static LedgerTransfer Transfer(string currency, long debit, long credit) => new(
        $"test:{Guid.CreateVersion7()}", TransferKind.Payment, Guid.CreateVersion7(), currency, DateTimeOffset.UnixEpoch,
        [new(AccountKind.PassengerReceivable, Guid.CreateVersion7(), debit), new(AccountKind.DriverPayable, Guid.CreateVersion7(), credit)]);
}
