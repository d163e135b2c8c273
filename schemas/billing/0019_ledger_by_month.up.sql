-- The ledger lies in a table per month, and a closed month is closed for good: nothing is dated into it any more, not even by the owner of the schema.
-- A unique index of a partitioned table would have to contain the month, so the keys under which things post once have a table of their own.

create table billing.ledger_keys (
    business_key text        primary key,
    transfer_id  uuid        not null,
    occurred_at  timestamptz not null
);
comment on table  billing.ledger_keys              is 'What has been posted, over all months: a key posts once. Written with its transfer, which is refused without.';
comment on column billing.ledger_keys.business_key is 'What happened, for example fare:<fare id> or payment:<order id>.';
comment on column billing.ledger_keys.occurred_at  is 'As in the transfer: with it the month is known.';

create table billing.ledger_horizon (
    only_row     boolean     primary key default true check (only_row),
    closed_until timestamptz
);
comment on table  billing.ledger_horizon              is 'How far the books are closed; one row.';
comment on column billing.ledger_horizon.closed_until is 'The first instant that is open, UTC; only ever later. Null until a month is closed.';
insert into billing.ledger_horizon default values;
create trigger ledger_horizon_never_goes_back before update on billing.ledger_horizon for each row
    when (old.closed_until is not null and (new.closed_until is null or new.closed_until < old.closed_until)) execute function billing.refuse_change();
create trigger ledger_horizon_is_kept before delete on billing.ledger_horizon for each row execute function billing.refuse_change();
create trigger ledger_horizon_no_truncate before truncate on billing.ledger_horizon for each statement execute function billing.refuse_change();

alter table billing.ledger_entries rename to ledger_entries_whole;
alter table billing.ledger_transfers rename to ledger_transfers_whole;
drop index billing.ledger_entries_of_account, billing.ledger_transfers_of_ride, billing.ledger_transfers_of_payout;

create table billing.ledger_transfers (
    like billing.ledger_transfers_whole including defaults including constraints including comments,
    happened_at timestamptz,
    constraint ledger_transfers_by_month_pkey primary key (transfer_id, occurred_at)
) partition by range (occurred_at);
comment on table  billing.ledger_transfers              is 'One partition per month of city time, UTC.';
comment on column billing.ledger_transfers.business_key is 'What happened; posts once, see ledger_keys.';
comment on column billing.ledger_transfers.occurred_at  is 'City time under which it is in the books: when it happened or, where that month was closed, the first instant of the open one.';
comment on column billing.ledger_transfers.happened_at  is 'City time at which it happened, where that is not occurred_at.';
create index ledger_transfers_of_ride   on billing.ledger_transfers (ride_id);
create index ledger_transfers_of_payout on billing.ledger_transfers (payout_id) where payout_id is not null;

create sequence billing.ledger_entry_ids;
create table billing.ledger_entries (
    like billing.ledger_entries_whole including defaults including constraints including comments,
    occurred_at timestamptz not null,
    constraint ledger_entries_by_month_pkey primary key (transfer_id, account_id, occurred_at),
    constraint ledger_entries_account_fkey foreign key (account_id, currency) references billing.ledger_accounts (account_id, currency)
) partition by range (occurred_at);
alter table billing.ledger_entries alter column entry_id set default nextval('billing.ledger_entry_ids');
comment on table  billing.ledger_entries             is 'One partition per month of city time, UTC.';
comment on column billing.ledger_entries.occurred_at is 'As in its transfer.';
create index ledger_entries_of_account on billing.ledger_entries (account_id, entry_id desc);

-- What has no month of its own: a clock that ran ahead of the job which makes them.
create table billing.ledger_transfers_other partition of billing.ledger_transfers default;
create table billing.ledger_entries_other   partition of billing.ledger_entries default;
create trigger ledger_transfers_other_no_truncate before truncate on billing.ledger_transfers_other for each statement execute function billing.refuse_change();
create trigger ledger_entries_other_no_truncate   before truncate on billing.ledger_entries_other   for each statement execute function billing.refuse_change();

-- The service may not create tables; this it may.
create function billing.create_ledger_month(at timestamptz) returns boolean
    -- It waits for whoever posts, and everybody else waits behind it: rather not now than long.
    language plpgsql security definer set search_path = '' set lock_timeout = '2s' as $$
declare
    month  timestamp   := date_trunc('month', at at time zone 'UTC');
    begins timestamptz := month at time zone 'UTC';
    ends   timestamptz := (month + interval '1 month') at time zone 'UTC';
    parent text;
    name   text;
begin
    if to_regclass('billing.ledger_entries_' || to_char(month, 'YYYY_MM')) is not null then return false; end if;
    perform pg_advisory_xact_lock(hashtext('billing.create_ledger_month'));
    -- Not by its name again: that it was not there a moment ago is remembered.
    if exists (
        select from pg_catalog.pg_class
        where  relname = 'ledger_entries_' || to_char(month, 'YYYY_MM') and relnamespace = 'billing'::regnamespace)
    then return false; end if;
    -- What came before its month was made stays where it is.
    if exists (select from billing.ledger_transfers_other where occurred_at >= begins and occurred_at < ends) then return false; end if;

    foreach parent in array array['ledger_transfers', 'ledger_entries'] loop
        name := parent || '_' || to_char(month, 'YYYY_MM');
        execute format('create table billing.%I (like billing.%I including all)', name, parent);
        execute format('create trigger %I before truncate on billing.%I for each statement execute function billing.refuse_change()', name || '_no_truncate', name);
        execute format('alter table billing.%I attach partition billing.%I for values from (%L) to (%L)', parent, name, begins, ends);
    end loop;
    return true;
end
$$;
comment on function billing.create_ledger_month is 'Makes room for what is posted in the month of this instant; false when there was, or when it has begun without.';

select billing.create_ledger_month(month at time zone 'UTC')
from   (select distinct date_trunc('month', occurred_at at time zone 'UTC') as month from billing.ledger_transfers_whole) months;
insert into billing.ledger_keys (business_key, transfer_id, occurred_at)
select business_key, transfer_id, occurred_at from billing.ledger_transfers_whole;
insert into billing.ledger_transfers select * from billing.ledger_transfers_whole;
insert into billing.ledger_entries
select entry.*, transfer.occurred_at
from   billing.ledger_entries_whole entry
join   billing.ledger_transfers_whole transfer using (transfer_id);
select setval('billing.ledger_entry_ids', coalesce(max(entry_id), 0) + 1, false) from billing.ledger_entries;
drop table billing.ledger_entries_whole;
drop table billing.ledger_transfers_whole;

-- Who posts holds the lock shared until the commit, who closes a month takes it alone: whoever posted before is in the month, whoever comes after sees it closed.
create function billing.open_for(at timestamptz) returns timestamptz language plpgsql volatile as $$
begin
    perform pg_advisory_xact_lock_shared(hashtext('billing.ledger'));
    return greatest(at, (select closed_until from billing.ledger_horizon));
end $$;
comment on function billing.open_for is 'The instant under which something that happened then is posted now: that one, or the first that is open.';

create function billing.refuse_closed_month() returns trigger language plpgsql as $$
begin
    if billing.open_for(new.occurred_at) <> new.occurred_at then
        raise exception 'the books are closed at %', new.occurred_at using errcode = 'check_violation', constraint = 'ledger_transfers_in_open_months';
    end if;
    return new;
end $$;
create trigger ledger_transfers_in_open_months before insert on billing.ledger_transfers for each row execute function billing.refuse_closed_month();

create or replace function billing.check_transfer() returns trigger language plpgsql as $$
begin
    if (select count(*) < 2 from billing.ledger_entries where transfer_id = new.transfer_id and occurred_at = new.occurred_at)
        or exists (
            select   from billing.ledger_entries
            where    transfer_id = new.transfer_id and occurred_at = new.occurred_at
            group by currency having sum(amount_minor_units) <> 0)
    then
        raise exception 'ledger transfer % does not balance', new.transfer_id using errcode = 'check_violation', constraint = 'ledger_transfers_balance';
    end if;
    if not exists (
        select from billing.ledger_keys key
        where  (key.business_key, key.transfer_id, key.occurred_at) = (new.business_key, new.transfer_id, new.occurred_at))
    then
        raise exception 'ledger transfer % is posted without its key', new.transfer_id using errcode = 'check_violation', constraint = 'ledger_transfers_once';
    end if;
    return null;
end $$;
create constraint trigger ledger_transfers_balance after insert on billing.ledger_transfers
    deferrable initially deferred for each row execute function billing.check_transfer();

-- In the transaction of its transfer, which is checked when that ends: so nothing is ever added to a transfer, nor to its month. A savepoint would have
-- another number than its transaction; nobody posts in one.
create function billing.check_entry() returns trigger language plpgsql as $$
begin
    if not exists (
        select from billing.ledger_transfers transfer
        where  (transfer.transfer_id, transfer.occurred_at) = (new.transfer_id, new.occurred_at) and transfer.xmin = pg_current_xact_id()::xid)
    then
        raise exception 'an entry is written with its transfer' using errcode = 'check_violation', constraint = 'ledger_entries_with_their_transfer';
    end if;
    return null;
end $$;
create trigger ledger_entries_with_their_transfer after insert on billing.ledger_entries for each row execute function billing.check_entry();

create trigger ledger_transfers_append_only before update or delete on billing.ledger_transfers for each row execute function billing.refuse_change();
create trigger ledger_transfers_no_truncate before truncate on billing.ledger_transfers for each statement execute function billing.refuse_change();
create trigger ledger_entries_append_only before update or delete on billing.ledger_entries for each row execute function billing.refuse_change();
create trigger ledger_entries_no_truncate before truncate on billing.ledger_entries for each statement execute function billing.refuse_change();
create trigger ledger_keys_append_only before update or delete on billing.ledger_keys for each row execute function billing.refuse_change();
create trigger ledger_keys_no_truncate before truncate on billing.ledger_keys for each statement execute function billing.refuse_change();

create table billing.month_closings (
    closing_id  uuid        primary key,
    month       date        not null check (extract(day from month) = 1),
    status      text        not null check (status in ('Proposed', 'Closed', 'Rejected')),
    proposed_by uuid        not null,
    proposed_at timestamptz not null,
    decided_by  uuid,
    decided_at  timestamptz,
    created_at  timestamptz not null default now(),
    constraint month_closings_decided check ((status = 'Proposed') = (decided_at is null) and (decided_at is null) = (decided_by is null)),
    constraint month_closings_by_two  check (not (status = 'Closed' and decided_by = proposed_by))
);
comment on table  billing.month_closings             is 'Who closed the books until the end of which month. Proposed: waits for a second operator.';
comment on column billing.month_closings.month       is 'Its first day; months are of city time, UTC.';
comment on column billing.month_closings.proposed_at is 'City time.';
comment on column billing.month_closings.created_at  is 'System time.';
create unique index month_closings_once on billing.month_closings (month) where status <> 'Rejected';
create trigger month_closings_decided_are_final before update on billing.month_closings for each row
    when (old.status <> 'Proposed') execute function billing.refuse_change();
create trigger month_closings_are_kept before delete on billing.month_closings for each row execute function billing.refuse_change();

create table billing.kept_months (
    month   date        primary key check (extract(day from month) = 1),
    kept_at timestamptz not null default now()
);
comment on table  billing.kept_months         is 'Closed months whose balances are kept.';
comment on column billing.kept_months.kept_at is 'System time.';

create table billing.month_balances (
    month               date   not null references billing.kept_months,
    account_id          bigint not null references billing.ledger_accounts,
    moved_minor_units   bigint not null,
    closing_minor_units bigint not null,
    primary key (account_id, month)
);
comment on table  billing.month_balances                     is 'What each closed month left on the accounts that it moved.';
comment on column billing.month_balances.moved_minor_units   is 'Sum of the month''s entries.';
comment on column billing.month_balances.closing_minor_units is 'Sum of all entries until the end of the month.';
create trigger kept_months_append_only before update or delete on billing.kept_months for each row execute function billing.refuse_change();
create trigger month_balances_append_only before update or delete on billing.month_balances for each row execute function billing.refuse_change();

revoke execute on function billing.create_ledger_month from public;
do $$
begin
    if exists (select from pg_roles where rolname = 'tumpang_billing') then
        grant execute on function billing.create_ledger_month to tumpang_billing;
    end if;
end
$$;
