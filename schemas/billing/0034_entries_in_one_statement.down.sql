create or replace function billing.check_entry() returns trigger language plpgsql as $$
begin
    if not exists (
        select from billing.ledger_transfers transfer
        where  (transfer.transfer_id, transfer.occurred_at) = (new.transfer_id, new.occurred_at) and transfer.xmin = pg_current_xact_id()::xid)
    then
        raise exception 'an entry is written with its transfer' using errcode = 'check_violation', constraint = 'ledger_entries_with_their_transfer';
    end if;
    return null;
end $$;
