drop table billing.month_balances;
drop table billing.kept_months;
drop table billing.month_closings;

alter table billing.ledger_entries rename to ledger_entries_by_month;
alter table billing.ledger_transfers rename to ledger_transfers_by_month;
drop index billing.ledger_entries_of_account, billing.ledger_transfers_of_ride, billing.ledger_transfers_of_payout;

create table billing.ledger_transfers (like billing.ledger_transfers_by_month including defaults including constraints including comments);
alter table billing.ledger_transfers
    drop column happened_at,
    add primary key (transfer_id),
    add constraint ledger_transfers_once unique (business_key);
comment on column billing.ledger_transfers.business_key is 'What happened, for example fare:<fare id> or payment:<order id>; posts once.';
comment on column billing.ledger_transfers.occurred_at  is null;
create table billing.ledger_entries (like billing.ledger_entries_by_month including constraints including comments);
alter table billing.ledger_entries
    drop column occurred_at,
    add primary key (entry_id),
    alter column entry_id add generated always as identity,
    add constraint ledger_entries_once unique (transfer_id, account_id),
    add foreign key (transfer_id) references billing.ledger_transfers,
    add foreign key (account_id, currency) references billing.ledger_accounts (account_id, currency);

do $$
declare
    columns text;
begin
    select string_agg(quote_ident(attname), ', ' order by attnum) into columns
    from   pg_attribute where attrelid = 'billing.ledger_transfers'::regclass and attnum > 0 and not attisdropped;
    execute format('insert into billing.ledger_transfers (%1$s) select %1$s from billing.ledger_transfers_by_month', columns);
    select string_agg(quote_ident(attname), ', ' order by attnum) into columns
    from   pg_attribute where attrelid = 'billing.ledger_entries'::regclass and attnum > 0 and not attisdropped;
    execute format('insert into billing.ledger_entries (%1$s) overriding system value select %1$s from billing.ledger_entries_by_month', columns);
end
$$;
select setval(pg_get_serial_sequence('billing.ledger_entries', 'entry_id'), coalesce(max(entry_id), 0) + 1, false) from billing.ledger_entries;
drop table billing.ledger_entries_by_month;
drop table billing.ledger_transfers_by_month;
drop sequence billing.ledger_entry_ids;
drop function billing.create_ledger_month, billing.check_entry, billing.refuse_closed_month, billing.open_for;
drop table billing.ledger_horizon;
drop table billing.ledger_keys;

create index ledger_entries_of_account on billing.ledger_entries (account_id, entry_id desc);
create index ledger_transfers_of_ride on billing.ledger_transfers (ride_id);
create index ledger_transfers_of_payout on billing.ledger_transfers (payout_id) where payout_id is not null;
create or replace function billing.check_transfer() returns trigger language plpgsql as $$
begin
    if (select count(*) < 2 from billing.ledger_entries where transfer_id = new.transfer_id)
        or exists (select from billing.ledger_entries where transfer_id = new.transfer_id group by currency having sum(amount_minor_units) <> 0)
    then
        raise exception 'ledger transfer % does not balance', new.transfer_id using errcode = 'check_violation', constraint = 'ledger_transfers_balance';
    end if;
    return null;
end $$;
create constraint trigger ledger_transfers_balance after insert on billing.ledger_transfers
    deferrable initially deferred for each row execute function billing.check_transfer();
create constraint trigger ledger_entries_balance after insert on billing.ledger_entries
    deferrable initially deferred for each row execute function billing.check_transfer();
create trigger ledger_transfers_append_only before update or delete on billing.ledger_transfers for each row execute function billing.refuse_change();
create trigger ledger_transfers_no_truncate before truncate on billing.ledger_transfers for each statement execute function billing.refuse_change();
create trigger ledger_entries_append_only before update or delete on billing.ledger_entries for each row execute function billing.refuse_change();
create trigger ledger_entries_no_truncate before truncate on billing.ledger_entries for each statement execute function billing.refuse_change();
