-- billing: what a ride costs, what is owed for it, and who holds the money.
-- Instants are city time unless a column says otherwise; amounts are minor units of the row's currency.

select platform.create_messaging_tables('billing');

create function billing.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only: % refused', tg_table_name, lower(tg_op) using errcode = 'insufficient_privilege';
end $$;
comment on function billing.refuse_change() is 'Guards history against everybody, the owner included; rights alone would not.';

create table billing.fare_policies (
    policy_id                        uuid        not null,
    version                          int         not null check (version >= 1),
    name                             text        not null,
    city_id                          text        not null,
    vehicle_class                    text        not null check (vehicle_class in ('Motorcycle', 'Standard', 'Premium', 'Van')),
    pricing_mode                     text        not null check (pricing_mode in ('Metered', 'Upfront')),
    tariff_kind                      text        not null check (tariff_kind in ('Linear', 'TaxiMeter')),
    currency                         char(3)     not null,
    base_minor_units                 bigint      not null check (base_minor_units >= 0),
    distance_minor_units             bigint      not null check (distance_minor_units >= 0),
    distance_unit_micrometres        bigint      not null check (distance_unit_micrometres > 0),
    time_minor_units                 bigint      not null check (time_minor_units >= 0),
    time_unit_seconds                bigint      not null check (time_unit_seconds > 0),
    minimum_minor_units              bigint      not null check (minimum_minor_units >= 0),
    rounding_minor_units             bigint      not null check (rounding_minor_units > 0),
    commission_basis_points          int         not null check (commission_basis_points between 0 and 10000),
    tax_code                         text,
    tax_minor_units                  bigint      not null default 0 check (tax_minor_units >= 0),
    surcharges                       jsonb       not null default '[]' check (jsonb_typeof(surcharges) = 'array'),
    cancellation_fee_minor_units     bigint      not null check (cancellation_fee_minor_units >= 0),
    cancellation_grace_seconds       int         not null check (cancellation_grace_seconds >= 0),
    valid_from                       timestamptz not null,
    created_at                       timestamptz not null default now(),
    primary key (policy_id, version),
    constraint fare_policies_one_version_each   unique (city_id, vehicle_class, version),
    constraint fare_policies_minimum_is_round   check (minimum_minor_units % rounding_minor_units = 0),
    constraint fare_policies_tax_has_a_code     check (tax_minor_units = 0 or tax_code is not null),
    constraint fare_policies_one_price_per_unit check (tariff_kind <> 'TaxiMeter' or distance_minor_units = time_minor_units)
);
comment on table  billing.fare_policies                            is 'Tariffs. A change is a new version; the version that a quote was made under prices its ride to the end.';
comment on column billing.fare_policies.policy_id                  is 'The same for all versions of one city and vehicle class.';
comment on column billing.fare_policies.pricing_mode               is 'Metered: the driven track is priced. Upfront: the quote is honoured.';
comment on column billing.fare_policies.tariff_kind                is 'Linear: distance and time each at a rate. TaxiMeter: units of distance when fast or time when slow, counted in combination.';
comment on column billing.fare_policies.base_minor_units           is 'Linear: added to every fare. TaxiMeter: the initial charge, which covers the first unit.';
comment on column billing.fare_policies.distance_minor_units       is 'Price of one distance unit.';
comment on column billing.fare_policies.distance_unit_micrometres  is 'Micrometres, because a fifth of a mile is 321.8688 m: rates stay exact.';
comment on column billing.fare_policies.time_minor_units           is 'Price of one time unit.';
comment on column billing.fare_policies.rounding_minor_units       is 'Fares are multiples of this, half to even; 1 = exact to the minor unit.';
comment on column billing.fare_policies.commission_basis_points    is 'Our share of the fare without tax, rounded down: what does not divide is the driver''s.';
comment on column billing.fare_policies.surcharges                 is '[{code, minorUnits, days?, from, to, exceptHolidays?}]: local wall clock at the pickup, from included, to excluded, past midnight allowed.';
comment on column billing.fare_policies.cancellation_grace_seconds is 'After the match a passenger cancels free of charge for this long.';
comment on column billing.fare_policies.created_at                 is 'System time.';

create table billing.holidays (
    city_id text not null,
    day     date not null,
    name    text not null,
    primary key (city_id, day)
);
comment on table billing.holidays is 'Legal holidays, local dates: surcharges marked exceptHolidays rest on them.';

create trigger fare_policies_append_only before update or delete on billing.fare_policies
    for each row execute function billing.refuse_change();
create trigger fare_policies_no_truncate before truncate on billing.fare_policies
    for each statement execute function billing.refuse_change();
