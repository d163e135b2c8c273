-- How a fare is paid and lowered goes on after its month is closed. It lies in the row over all months that was the fare's key, and a fare, once written,
-- never changes: a closed month is as it was to the letter.

drop trigger fare_keys_append_only on billing.fare_keys;
drop trigger fare_keys_no_truncate on billing.fare_keys;
drop trigger fares_amounts_are_final on billing.fares;
drop trigger fares_are_kept on billing.fares;
alter table billing.fare_keys rename to fare_settlements;

alter table billing.fare_settlements
    add column passenger_id          uuid,
    add column currency              char(3),
    add column total_minor_units     bigint,
    add column credited_minor_units  bigint,
    add column settlement            text   not null default 'Pending',
    add column owed_since            timestamptz,
    add column settled_at            timestamptz,
    add column settled_by            text,
    add column adjusted_minor_units  bigint not null default 0,
    add column collected_minor_units bigint not null default 0;

update billing.fare_settlements settlement
set    (passenger_id, currency, total_minor_units, credited_minor_units, settlement, owed_since, settled_at, settled_by, adjusted_minor_units, collected_minor_units)
     = (fare.passenger_id, fare.currency, fare.total_minor_units, fare.credited_minor_units, fare.settlement, fare.owed_since, fare.settled_at, fare.settled_by,
        fare.adjusted_minor_units, fare.collected_minor_units)
from   billing.fares fare
where  (fare.ride_id, fare.booked_at) = (settlement.ride_id, settlement.booked_at);

alter table billing.fare_settlements
    alter column passenger_id         set not null,
    alter column currency             set not null,
    alter column total_minor_units    set not null,
    alter column credited_minor_units set not null,
    add constraint fare_settlements_known            check (settlement in ('Pending', 'Owed', 'Settled', 'WrittenOff', 'Void')),
    add constraint fare_settlements_settled_at       check ((settlement = 'Settled') = (settled_at is not null)),
    add constraint fare_settlements_settled_by       check (settled_by is null or settlement = 'Settled'),
    add constraint fare_settlements_owed_since       check (settlement <> 'Owed' or owed_since is not null),
    add constraint fare_settlements_adjusted_within  check (adjusted_minor_units between 0 and total_minor_units),
    add constraint fare_settlements_collected_within check (collected_minor_units between 0 and total_minor_units),
    set (fillfactor = 80);
comment on table  billing.fare_settlements                       is 'How each fare is paid and lowered, over all months. A fare brings its row along; what it copies of the fare is final.';
comment on column billing.fare_settlements.settlement            is 'What payment has told: Owed after a failed charge, Settled once paid, WrittenOff or Void when an operator gave it up.';
comment on column billing.fare_settlements.settled_by            is 'How it was paid, as payment tells; null for fares before this was kept.';
comment on column billing.fare_settlements.adjusted_minor_units  is 'What operators have taken off the total since; the sum of its effective adjustments.';
comment on column billing.fare_settlements.collected_minor_units is 'What payment has told to be collected before the fare was settled; what settled it is not among it.';
create index fare_settlements_owed    on billing.fare_settlements (passenger_id, owed_since) where settlement = 'Owed';
create index fare_settlements_lowered on billing.fare_settlements (passenger_id) where adjusted_minor_units > 0;

alter table billing.fares
    drop column settlement,
    drop column owed_since,
    drop column settled_at,
    drop column settled_by,
    drop column adjusted_minor_units,
    drop column collected_minor_units;
comment on table billing.fares is 'What a passenger owes for a ride or its cancellation; never changed once written. One partition per month of city time, UTC.';

drop trigger fares_in_open_months_once on billing.fares;
drop function billing.key_fare;
-- With the owner's rights, because nobody else may add settlements. The lock of open_for is held until the commit: a month is not closed meanwhile.
create function billing.open_settlement() returns trigger language plpgsql security definer set search_path = '' as $$
begin
    if billing.open_for(new.booked_at) <> new.booked_at then
        raise exception 'the books are closed at %', new.booked_at using errcode = 'check_violation', constraint = 'fares_in_open_months';
    end if;
    insert into billing.fare_settlements (ride_id, fare_id, booked_at, passenger_id, currency, total_minor_units, credited_minor_units)
    values (new.ride_id, new.fare_id, new.booked_at, new.passenger_id, new.currency, new.total_minor_units, new.credited_minor_units);
    return new;
end $$;
create trigger fares_in_open_months_once before insert on billing.fares for each row execute function billing.open_settlement();

create trigger fares_append_only before update or delete on billing.fares for each row execute function billing.refuse_change();
create trigger fare_settlements_copies_are_final before update on billing.fare_settlements for each row
    when ((old.ride_id, old.fare_id, old.booked_at, old.passenger_id, old.currency, old.total_minor_units, old.credited_minor_units)
        is distinct from (new.ride_id, new.fare_id, new.booked_at, new.passenger_id, new.currency, new.total_minor_units, new.credited_minor_units))
    execute function billing.refuse_change();
create trigger fare_settlements_are_kept    before delete on billing.fare_settlements for each row execute function billing.refuse_change();
create trigger fare_settlements_no_truncate before truncate on billing.fare_settlements for each statement execute function billing.refuse_change();

do $$
begin
    if exists (select from pg_roles where rolname = 'tumpang_billing') then
        grant update (settlement, owed_since, settled_at, settled_by, adjusted_minor_units, collected_minor_units) on billing.fare_settlements to tumpang_billing;
    end if;
end
$$;
