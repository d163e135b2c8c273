using Dapper;
using Xunit;

namespace Tumpang.Schemas.Tests;

/// <summary>The step that puts the ledger into months takes everything along that is in it, and its way back brings it back, entry by entry.</summary>
[Collection("One at a time on the shared database")]
public sealed class LedgerByMonthTests(SchemaServers servers)
{
    const string Seed = """
        do $$
        declare
            transfer uuid;
            payer    bigint;
            payee    bigint;
        begin
            for number in 1..60 loop
                transfer := gen_random_uuid();
                insert into billing.ledger_transfers (transfer_id, business_key, kind, ride_id, occurred_at)
                values (transfer, 'carried:' || number, 'Fare', gen_random_uuid(), timestamptz '2013-09-20T00:00Z' + number * interval '36 hours');
                insert into billing.ledger_accounts (kind, party_id, currency, shard, balance_minor_units)
                values ('PassengerReceivable', gen_random_uuid(), 'USD', 0, number) returning account_id into payer;
                insert into billing.ledger_accounts (kind, party_id, currency, shard, balance_minor_units)
                values ('DriverPayable', gen_random_uuid(), 'USD', 0, -number) returning account_id into payee;
                insert into billing.ledger_entries (transfer_id, account_id, currency, amount_minor_units)
                values (transfer, payer, 'USD', number), (transfer, payee, 'USD', -number);
            end loop;
        end $$;
        set constraints all immediate;
        set constraints all deferred;
        """;

    const string Everything = """
        select transfer.transfer_id || transfer.business_key || transfer.kind || transfer.ride_id || transfer.occurred_at || transfer.created_at
               || entry.entry_id || '/' || entry.account_id || entry.currency || entry.amount_minor_units
        from   billing.ledger_transfers transfer
        join   billing.ledger_entries entry using (transfer_id)
        order  by entry.entry_id
        """;

    // Other tests write to the ledger too.
    const string Months = """
        select   distinct entry.tableoid::regclass::text
        from     billing.ledger_entries entry
        join     billing.ledger_keys key on (key.transfer_id, key.occurred_at) = (entry.transfer_id, entry.occurred_at)
        where    key.business_key like 'carried:%'
        order by 1
        """;

    const string Keys = "select count(*)::int from billing.ledger_keys where business_key like 'carried:%'";

    static readonly BillingSteps Steps = new("ledger_by_month");

    static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_in_the_ledger_is_taken_along_and_back()
    {
        await using var connection = await servers.Owner.OpenConnectionAsync(Ct);
        await using var transaction = await connection.BeginTransactionAsync(Ct);
        await Steps.Back(connection);
        await connection.ExecuteAsync(Seed);
        var before = await connection.QueryAsync<string>(Everything);

        await Steps.Forth(connection);
        var months = await connection.QueryAsync<string>(Months);
        var (between, keys) = (await connection.QueryAsync<string>(Everything), await connection.ExecuteScalarAsync<int>(Keys));
        await Steps.Back(connection);
        var after = await connection.QueryAsync<string>(Everything);

        Assert.Equal(["billing.ledger_entries_2013_09", "billing.ledger_entries_2013_10", "billing.ledger_entries_2013_11", "billing.ledger_entries_2013_12"], months);
        Assert.Equal(before, between);
        Assert.Equal(before, after);
        Assert.Equal(60, keys);
    }
}
