-- Tariffs by bands of hours and with more components, and with every quote and fare what it was worked out from.

alter table billing.fare_policies
    add column band                            text     not null default 'all-day',
    add column band_from                       text     not null default '00:00' check (band_from ~ '^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$'),
    add column band_to                         text     not null default '00:00' check (band_to ~ '^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$'),
    add column band_days                       text[],
    add column active                          boolean  not null default true,
    add column distance_sections               jsonb    not null default '[]' check (jsonb_typeof(distance_sections) = 'array'),
    add column night                           jsonb    check (jsonb_typeof(night) = 'object'),
    add column waiting_free_seconds            int      not null default 0 check (waiting_free_seconds >= 0),
    add column waiting_minor_units             bigint   not null default 0 check (waiting_minor_units >= 0),
    add column pickup_free_metres              int      not null default 0 check (pickup_free_metres >= 0),
    add column pickup_minor_units              bigint   not null default 0 check (pickup_minor_units >= 0),
    add column pickup_unit_micrometres         bigint   not null default 1 check (pickup_unit_micrometres > 0),
    add column stop_minor_units                bigint   not null default 0 check (stop_minor_units >= 0),
    add column booking_minor_units             bigint   not null default 0 check (booking_minor_units >= 0),
    add column zone_fees                       jsonb    not null default '[]' check (jsonb_typeof(zone_fees) = 'array'),
    add column sales_tax_basis_points          int      not null default 0 check (sales_tax_basis_points between 0 and 10000),
    add column sales_tax_inclusive             boolean  not null default false,
    add column commission_minor_units          bigint   not null default 0 check (commission_minor_units >= 0),
    add column deviation_drop_off_metres       int      check (deviation_drop_off_metres >= 0),
    add column deviation_distance_basis_points int      check (deviation_distance_basis_points >= 0),
    add column deviation_duration_basis_points int      check (deviation_duration_basis_points >= 0),
    add column created_by                      uuid,
    drop constraint fare_policies_one_version_each,
    add constraint fare_policies_one_version_each   unique (city_id, vehicle_class, band, version),
    add constraint fare_policies_days_of_the_week   check (band_days <@ array['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']),
    add constraint fare_policies_sections_are_linear check (tariff_kind = 'Linear' or distance_sections = '[]');

comment on column billing.fare_policies.policy_id                       is 'The same for all versions of one city, vehicle class and band.';
comment on column billing.fare_policies.band                            is 'The hours that it is made for, by name; of several that hold, the narrowest prices the ride.';
comment on column billing.fare_policies.band_from                       is 'Wall clock of the city, HH:MM:SS, included: an hour of the day has no zone, so it is a text.';
comment on column billing.fare_policies.band_to                         is 'Wall clock of the city, excluded; before band_from past midnight, equal to it for the whole day.';
comment on column billing.fare_policies.band_days                       is 'Days on which the band begins; null for all.';
comment on column billing.fare_policies.active                          is 'False: with this version the band ends.';
comment on column billing.fare_policies.distance_sections               is '[{fromMetres, rate: {minorUnits, unitSize}}] in micrometres: from there on another rate.';
comment on column billing.fare_policies.night                           is '{basisPoints, from, to}: share of the trip added at night, wall clock of the city.';
comment on column billing.fare_policies.waiting_free_seconds            is 'Waiting at the pickup that costs nothing.';
comment on column billing.fare_policies.waiting_minor_units             is 'Per minute beyond, by the second.';
comment on column billing.fare_policies.pickup_minor_units              is 'Per pickup_unit_micrometres of the driver''s way to the pickup beyond pickup_free_metres.';
comment on column billing.fare_policies.stop_minor_units                is 'Per stop on the way.';
comment on column billing.fare_policies.booking_minor_units             is 'Per ride.';
comment on column billing.fare_policies.zone_fees                       is '[{zoneId, on: Crossing|Pickup|DropOff, code, minorUnits}]: tolls and fees of airports.';
comment on column billing.fare_policies.sales_tax_basis_points          is 'On everything but the fixed tax.';
comment on column billing.fare_policies.sales_tax_inclusive             is 'Whether prices contain the sales tax already.';
comment on column billing.fare_policies.commission_minor_units          is 'Our share of every ride, besides commission_basis_points.';
comment on column billing.fare_policies.deviation_drop_off_metres       is 'An upfront price binds until the ride ends further than this from where it was quoted to; null: always.';
comment on column billing.fare_policies.deviation_distance_basis_points is 'Likewise for a ride that is longer by more than this share.';
comment on column billing.fare_policies.deviation_duration_basis_points is 'Likewise for a ride that takes longer by more than this share.';
comment on column billing.fare_policies.created_by                      is 'The operator; null for what a migration brought.';

alter table billing.quotes add column inputs jsonb;
comment on column billing.quotes.inputs is 'What the fare was worked out from besides the policy; null for quotes of older copies.';

alter table billing.rides
    add column drop_off       geography(Point, 4326),
    add column waited_seconds int check (waited_seconds >= 0),
    add column stops          int check (stops >= 0),
    add column pickup_metres  int check (pickup_metres >= 0);
comment on column billing.rides.drop_off       is 'Where the driver ended it.';
comment on column billing.rides.waited_seconds is 'How long the driver waited at the pickup; null when the ride did not say.';
comment on column billing.rides.pickup_metres  is 'Straight metres from the driver to the pickup at the match.';

alter table billing.fares add column inputs jsonb;
comment on column billing.fares.inputs is 'What it was worked out from besides the policy; null for cancellations and for fares before inputs were kept.';

create trigger fares_inputs_are_final before update on billing.fares for each row
    when (old.inputs is distinct from new.inputs) execute function billing.refuse_change();
