drop trigger fares_append_only on billing.fares;
drop trigger fares_in_open_months_once on billing.fares;
drop function billing.open_settlement;

alter table billing.fares
    add column settlement            text   not null default 'Pending' constraint fares_settlement_check check (settlement in ('Pending', 'Owed', 'Settled', 'WrittenOff', 'Void')),
    add column owed_since            timestamptz,
    add column settled_at            timestamptz,
    add column adjusted_minor_units  bigint not null default 0,
    add column collected_minor_units bigint not null default 0,
    add column settled_by            text;
update billing.fares fare
set    (settlement, owed_since, settled_at, settled_by, adjusted_minor_units, collected_minor_units)
     = (settlement.settlement, settlement.owed_since, settlement.settled_at, settlement.settled_by, settlement.adjusted_minor_units, settlement.collected_minor_units)
from   billing.fare_settlements settlement
where  (fare.ride_id, fare.booked_at) = (settlement.ride_id, settlement.booked_at);
alter table billing.fares
    add constraint fares_settled_at              check ((settlement = 'Settled') = (settled_at is not null)),
    add constraint fares_owed_since              check (settlement <> 'Owed' or owed_since is not null),
    add constraint fares_adjusted_within_total   check (adjusted_minor_units between 0 and total_minor_units),
    add constraint fares_collected_within_total  check (collected_minor_units between 0 and total_minor_units),
    add constraint fares_settled_by_something    check (settled_by is null or settlement = 'Settled');
comment on table  billing.fares                       is 'What a passenger owes for a ride or its cancellation; never changed once written, but for how it is paid and lowered. One partition per month of city time, UTC.';
comment on column billing.fares.settlement            is 'What payment has told: Owed after a failed charge, Settled once paid, WrittenOff or Void when an operator gave it up.';
comment on column billing.fares.settled_by            is 'How it was paid, as payment tells; null for fares before this was kept.';
comment on column billing.fares.adjusted_minor_units  is 'What operators have taken off the total since; the sum of its effective adjustments.';
comment on column billing.fares.collected_minor_units is 'What payment has told to be collected before the fare was settled; what settled it is not among it.';
create index fares_owed_by_passenger on billing.fares (passenger_id, owed_since) where settlement = 'Owed';

drop trigger fare_settlements_copies_are_final on billing.fare_settlements;
drop trigger fare_settlements_are_kept on billing.fare_settlements;
drop trigger fare_settlements_no_truncate on billing.fare_settlements;
do $$
begin
    if exists (select from pg_roles where rolname = 'tumpang_billing') then
        revoke update (settlement, owed_since, settled_at, settled_by, adjusted_minor_units, collected_minor_units) on billing.fare_settlements from tumpang_billing;
    end if;
end
$$;
drop index billing.fare_settlements_owed, billing.fare_settlements_lowered;
alter table billing.fare_settlements
    drop column passenger_id,
    drop column currency,
    drop column total_minor_units,
    drop column credited_minor_units,
    drop column settlement,
    drop column owed_since,
    drop column settled_at,
    drop column settled_by,
    drop column adjusted_minor_units,
    drop column collected_minor_units;
alter table billing.fare_settlements rename to fare_keys;
alter table billing.fare_keys reset (fillfactor);
comment on table  billing.fare_keys is 'The fare of each ride, over all months. A fare brings its key, and a key comes with its fare only: nobody writes here.';

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
create trigger fare_keys_append_only before update or delete on billing.fare_keys for each row execute function billing.refuse_change();
create trigger fare_keys_no_truncate before truncate on billing.fare_keys for each statement execute function billing.refuse_change();
