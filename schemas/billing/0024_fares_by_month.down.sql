alter table billing.adjustments      drop constraint adjustments_ride_id_fkey;
alter table billing.lost_chargebacks drop constraint lost_chargebacks_ride_id_fkey;
alter table billing.fares rename to fares_by_month;
drop index billing.fares_owed_by_passenger, billing.fares_of_passenger;

create table billing.fares (like billing.fares_by_month including defaults including constraints including comments) with (fillfactor = 90);
alter table billing.fares
    drop column booked_at,
    add primary key (fare_id),
    add foreign key (policy_id, policy_version) references billing.fare_policies;
comment on table billing.fares is 'What a passenger owes for a ride or its cancellation; never changed once written, but for its settlement.';

do $$
declare
    columns text;
begin
    select string_agg(quote_ident(attname), ', ' order by attnum) into columns
    from   pg_attribute where attrelid = 'billing.fares'::regclass and attnum > 0 and not attisdropped;
    execute format('insert into billing.fares (%1$s) select %1$s from billing.fares_by_month', columns);
end
$$;
drop table billing.fares_by_month;
drop table billing.fare_keys;
drop function billing.create_fare_month, billing.key_fare;

alter table billing.fares add constraint fares_one_per_ride unique (ride_id);
alter table billing.adjustments      add constraint adjustments_ride_id_fkey      foreign key (ride_id) references billing.fares (ride_id);
alter table billing.lost_chargebacks add constraint lost_chargebacks_ride_id_fkey foreign key (ride_id) references billing.fares (ride_id);
create index fares_owed_by_passenger on billing.fares (passenger_id, owed_since) where settlement = 'Owed';
create index fares_of_passenger on billing.fares (passenger_id) where kind = 'Ride';

create trigger fares_amounts_are_final before update on billing.fares for each row
    when ((old.fare_id, old.ride_id, old.kind, old.passenger_id, old.driver_id, old.policy_id, old.policy_version, old.currency, old.total_minor_units,
           old.commission_minor_units, old.driver_earning_minor_units, old.tax_minor_units, old.full_minor_units, old.breakdown, old.finalised_at)
        is distinct from
          (new.fare_id, new.ride_id, new.kind, new.passenger_id, new.driver_id, new.policy_id, new.policy_version, new.currency, new.total_minor_units,
           new.commission_minor_units, new.driver_earning_minor_units, new.tax_minor_units, new.full_minor_units, new.breakdown, new.finalised_at))
    execute function billing.refuse_change();
create trigger fares_inputs_are_final before update on billing.fares for each row
    when (old.inputs is distinct from new.inputs) execute function billing.refuse_change();
create trigger fares_promotions_are_final before update on billing.fares for each row
    when (old.promotion_minor_units is distinct from new.promotion_minor_units) execute function billing.refuse_change();
create trigger fares_credits_are_final before update on billing.fares for each row
    when (old.credited_minor_units is distinct from new.credited_minor_units) execute function billing.refuse_change();
create trigger fares_are_kept before delete on billing.fares for each row execute function billing.refuse_change();
create trigger fares_no_truncate before truncate on billing.fares for each statement execute function billing.refuse_change();
