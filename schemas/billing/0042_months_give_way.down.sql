create or replace function billing.create_ledger_month(at timestamptz) returns boolean
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
        perform billing.refuse_changes_to(format('billing.%I', name)::regclass);
    end loop;
    return true;
end
$$;

create or replace function billing.create_fare_month(at timestamptz) returns boolean
    -- It waits for whoever uses fares, and everybody else waits behind it: rather not now than long.
    language plpgsql security definer set search_path = '' set lock_timeout = '2s' as $$
declare
    month  timestamp   := date_trunc('month', at at time zone 'UTC');
    begins timestamptz := month at time zone 'UTC';
    ends   timestamptz := (month + interval '1 month') at time zone 'UTC';
    name   text        := 'fares_' || to_char(month, 'YYYY_MM');
begin
    if to_regclass('billing.' || name) is not null then return false; end if;
    perform pg_advisory_xact_lock(hashtext('billing.create_fare_month'));
    -- Not by its name again: that it was not there a moment ago is remembered.
    if exists (select from pg_catalog.pg_class where relname = name and relnamespace = 'billing'::regnamespace) then return false; end if;
    -- What came before its month was made stays where it is.
    if exists (select from billing.fares_other where booked_at >= begins and booked_at < ends) then return false; end if;

    execute format('create table billing.%I (like billing.fares including all) with (fillfactor = 90)', name);
    execute format('create trigger %I before truncate on billing.%I for each statement execute function billing.refuse_change()', name || '_no_truncate', name);
    execute format('alter table billing.fares attach partition billing.%I for values from (%L) to (%L)', name, begins, ends);
    perform billing.refuse_changes_to(format('billing.%I', name)::regclass);
    return true;
end
$$;

drop function billing.lock_ledger();
