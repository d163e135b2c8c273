-- Fares lie in a table per month, as the ledger does, under the instant at which they are in the books; what is in a closed month is closed with it.
-- A unique index of a partitioned table would have to contain the month, so that a ride has one fare is guarded by a table over all months.

alter table billing.adjustments      drop constraint adjustments_ride_id_fkey;
alter table billing.lost_chargebacks drop constraint lost_chargebacks_ride_id_fkey;
alter table billing.fares rename to fares_whole;
drop index billing.fares_owed_by_passenger, billing.fares_of_passenger;
alter table billing.fares_whole drop constraint fares_one_per_ride;

create table billing.fare_keys (
    ride_id   uuid        not null constraint fares_one_per_ride primary key,
    fare_id   uuid        not null constraint fares_one_per_id unique,
    booked_at timestamptz not null
);
comment on table  billing.fare_keys           is 'The fare of each ride, over all months. A fare brings its key, and a key comes with its fare only: nobody writes here.';
comment on column billing.fare_keys.booked_at is 'As in the fare: with it the month is known.';

create table billing.fares (
    like billing.fares_whole including defaults including constraints including comments,
    booked_at timestamptz not null,
    constraint fares_by_month_pkey primary key (ride_id, booked_at),
    constraint fares_policy_fkey   foreign key (policy_id, policy_version) references billing.fare_policies
) partition by range (booked_at);
comment on table  billing.fares           is 'What a passenger owes for a ride or its cancellation; never changed once written, but for how it is paid and lowered. One partition per month of city time, UTC.';
comment on column billing.fares.booked_at is 'City time under which it is in the books, as its transfer: when it was final or, where that month was closed, the first instant of the open one.';
create index fares_owed_by_passenger on billing.fares (passenger_id, owed_since) where settlement = 'Owed';
create index fares_of_passenger      on billing.fares (passenger_id) where kind = 'Ride';

-- What has no month of its own: a clock that ran ahead of the job which makes them.
create table billing.fares_other partition of billing.fares default with (fillfactor = 90);
create trigger fares_other_no_truncate before truncate on billing.fares_other for each statement execute function billing.refuse_change();

-- The service may not create tables; this it may.
create function billing.create_fare_month(at timestamptz) returns boolean
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
    return true;
end
$$;
comment on function billing.create_fare_month is 'Makes room for the fares of the month of this instant; false when there was, or when it has begun without.';

insert into billing.fare_keys (ride_id, fare_id, booked_at)
select fare.ride_id, fare.fare_id, coalesce(key.occurred_at, fare.finalised_at)
from   billing.fares_whole fare
left   join billing.ledger_keys key on key.business_key = 'fare:' || fare.fare_id;
select billing.create_fare_month(month at time zone 'UTC')
from   (select distinct date_trunc('month', booked_at at time zone 'UTC') as month from billing.fare_keys) months;
insert into billing.fares
select fare.*, key.booked_at from billing.fares_whole fare join billing.fare_keys key using (ride_id);
drop table billing.fares_whole;

alter table billing.adjustments      add constraint adjustments_ride_id_fkey      foreign key (ride_id) references billing.fare_keys (ride_id);
alter table billing.lost_chargebacks add constraint lost_chargebacks_ride_id_fkey foreign key (ride_id) references billing.fare_keys (ride_id);

-- With the owner's rights, because nobody else may write keys. The lock of open_for is held until the commit: a month is not closed meanwhile.
create function billing.key_fare() returns trigger language plpgsql security definer set search_path = '' as $$
begin
    if billing.open_for(new.booked_at) <> new.booked_at then
        raise exception 'the books are closed at %', new.booked_at using errcode = 'check_violation', constraint = 'fares_in_open_months';
    end if;
    insert into billing.fare_keys (ride_id, fare_id, booked_at) values (new.ride_id, new.fare_id, new.booked_at);
    return new;
end $$;
create trigger fares_in_open_months_once before insert on billing.fares for each row execute function billing.key_fare();

create trigger fares_amounts_are_final before update on billing.fares for each row
    when ((old.fare_id, old.ride_id, old.kind, old.basis, old.passenger_id, old.driver_id, old.policy_id, old.policy_version, old.currency, old.distance_metres,
           old.duration_seconds, old.full_minor_units, old.fare_factor_basis_points, old.total_minor_units, old.commission_minor_units,
           old.driver_earning_minor_units, old.tax_minor_units, old.promotion_minor_units, old.credited_minor_units, old.breakdown, old.inputs,
           old.payment_method_id, old.payment_method_kind, old.finalised_at, old.booked_at)
        is distinct from
          (new.fare_id, new.ride_id, new.kind, new.basis, new.passenger_id, new.driver_id, new.policy_id, new.policy_version, new.currency, new.distance_metres,
           new.duration_seconds, new.full_minor_units, new.fare_factor_basis_points, new.total_minor_units, new.commission_minor_units,
           new.driver_earning_minor_units, new.tax_minor_units, new.promotion_minor_units, new.credited_minor_units, new.breakdown, new.inputs,
           new.payment_method_id, new.payment_method_kind, new.finalised_at, new.booked_at))
    execute function billing.refuse_change();
create trigger fares_are_kept    before delete on billing.fares for each row execute function billing.refuse_change();
create trigger fares_no_truncate before truncate on billing.fares for each statement execute function billing.refuse_change();
create trigger fare_keys_append_only before update or delete on billing.fare_keys for each row execute function billing.refuse_change();
create trigger fare_keys_no_truncate before truncate on billing.fare_keys for each statement execute function billing.refuse_change();

revoke execute on function billing.create_fare_month from public;
do $$
begin
    if exists (select from pg_roles where rolname = 'tumpang_billing') then
        grant execute on function billing.create_fare_month to tumpang_billing;
        revoke insert, update, delete on billing.fare_keys from tumpang_billing;
    end if;
end
$$;
