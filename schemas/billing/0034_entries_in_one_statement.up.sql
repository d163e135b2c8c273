-- That a transfer balances is checked once, and whoever had it checked before the commit could add an entry behind that.

-- In the statement of its transfer, and so before any check: nothing is ever added to a transfer, nor to its month. Two statements of a transaction have two
-- command numbers, which the rows keep; a savepoint would have another number than its transaction, and nobody posts in one.
create or replace function billing.check_entry() returns trigger language plpgsql as $$
begin
    if not exists (
        select from billing.ledger_transfers transfer
        where  (transfer.transfer_id, transfer.occurred_at) = (new.transfer_id, new.occurred_at)
          and  transfer.xmin = pg_current_xact_id()::xid and transfer.cmin = new.cmin)
    then
        raise exception 'an entry is written with its transfer' using errcode = 'check_violation', constraint = 'ledger_entries_with_their_transfer';
    end if;
    return null;
end $$;
