create table billing.quotes (
    quote_id            uuid                   primary key,
    ride_request_id     uuid                   not null,
    passenger_id        uuid                   not null,
    city_id             text                   not null,
    vehicle_class       text                   not null check (vehicle_class in ('Motorcycle', 'Standard', 'Premium', 'Van')),
    pickup              geography(Point, 4326) not null,
    drop_off            geography(Point, 4326) not null,
    policy_id           uuid                   not null,
    policy_version      int                    not null,
    distance_metres     int                    not null check (distance_metres >= 0),
    duration_seconds    int                    not null check (duration_seconds >= 0),
    fare_minor_units    bigint                 not null check (fare_minor_units >= 0),
    currency            char(3)                not null,
    breakdown           jsonb                  not null,
    quoted_at           timestamptz            not null,
    expires_at          timestamptz            not null check (expires_at > quoted_at),
    created_at          timestamptz            not null default now(),
    constraint quotes_one_per_request unique (ride_request_id),
    foreign key (policy_id, policy_version) references billing.fare_policies
);
comment on table  billing.quotes            is 'Quotes that a ride was requested under; the others live in their signed tokens only.';
comment on column billing.quotes.breakdown  is '[{code, amountMinorUnits}], sums to fare_minor_units.';
comment on column billing.quotes.created_at is 'System time.';

create table billing.quote_releases (
    quote_id    uuid        primary key,
    reason      text        not null check (reason in ('NoDriverFound', 'RequestCancelled', 'RideCancelled')),
    released_at timestamptz not null
);
comment on table billing.quote_releases is 'Quotes that no ride will use any more. A table of its own, because the release may arrive before the request.';

create table billing.rides (
    ride_id                    uuid primary key,
    passenger_id               uuid        not null,
    driver_id                  uuid        not null,
    status                     text        not null default 'Open' check (status in ('Open', 'Charged', 'Free')),
    version                    bigint      not null default 0,
    meter_version              bigint      not null default 0,
    quote_id                   uuid,
    city_id                    text,
    vehicle_class              text check (vehicle_class in ('Motorcycle', 'Standard', 'Premium', 'Van')),
    quoted_fare_minor_units    bigint check (quoted_fare_minor_units >= 0),
    quoted_fare_currency       char(3),
    payment_method_id          uuid,
    payment_method_kind        text check (payment_method_kind in ('Card', 'Cash')),
    started_at                 timestamptz,
    completed_at               timestamptz,
    fare_factor_basis_points   int check (fare_factor_basis_points between 0 and 10000),
    track_distance_metres      int check (track_distance_metres >= 0),
    track_duration_seconds     int check (track_duration_seconds >= 0),
    track_slow_seconds         int check (track_slow_seconds >= 0),
    track_slow_distance_metres int check (track_slow_distance_metres >= 0),
    track_accepted_points      int check (track_accepted_points >= 0),
    track_polyline             text,
    cancelled_at               timestamptz,
    cancelled_by               text check (cancelled_by in ('Passenger', 'Driver', 'System')),
    assigned_at                timestamptz,
    due_at                     timestamptz,
    constraint rides_completed_with_factor check ((completed_at is null) = (fare_factor_basis_points is null)),
    constraint rides_cancelled_by_someone  check ((cancelled_at is null) = (cancelled_by is null))
) with (fillfactor = 80);
comment on table  billing.rides            is 'What billing has heard of a ride, in whatever order; priced once, when enough is known or due_at has passed.';
comment on column billing.rides.status     is 'Open: not priced. Charged: has a fare. Free: cancelled and nothing is owed.';
comment on column billing.rides.version    is 'Counts the events published about this ride''s fare.';
comment on column billing.rides.meter_version is 'Version of the last RideProgressed that was priced; older ones come too late.';
comment on column billing.rides.quote_id   is 'Not unique: a request reopened after a driver''s cancel keeps its quote.';
comment on column billing.rides.due_at     is 'System time. When the ride is priced with what is there.';
comment on column billing.rides.track_polyline is 'Google''s encoded polyline, precision 5: from where to where the distance was driven.';

create index rides_due on billing.rides (due_at) where status = 'Open' and due_at is not null;

create table billing.fares (
    fare_id                    uuid primary key,
    ride_id                    uuid        not null,
    kind                       text        not null check (kind in ('Ride', 'Cancellation')),
    basis                      text        not null check (basis in ('Track', 'Quote', 'Policy')),
    passenger_id               uuid        not null,
    driver_id                  uuid        not null,
    policy_id                  uuid        not null,
    policy_version             int         not null,
    currency                   char(3)     not null,
    distance_metres            int         not null check (distance_metres >= 0),
    duration_seconds           int         not null check (duration_seconds >= 0),
    full_minor_units           bigint      not null check (full_minor_units >= 0),
    fare_factor_basis_points   int         not null check (fare_factor_basis_points between 0 and 10000),
    total_minor_units          bigint      not null check (total_minor_units >= 0),
    commission_minor_units     bigint      not null check (commission_minor_units >= 0),
    driver_earning_minor_units bigint      not null check (driver_earning_minor_units >= 0),
    tax_minor_units            bigint      not null check (tax_minor_units >= 0),
    breakdown                  jsonb       not null,
    payment_method_id          uuid        not null,
    payment_method_kind        text        not null check (payment_method_kind in ('Card', 'Cash')),
    settlement                 text        not null default 'Pending' check (settlement in ('Pending', 'Owed', 'Settled')),
    owed_since                 timestamptz,
    settled_at                 timestamptz,
    finalised_at               timestamptz not null,
    created_at                 timestamptz not null default now(),
    constraint fares_one_per_ride    unique (ride_id),
    constraint fares_parts_sum       check (total_minor_units = commission_minor_units + driver_earning_minor_units + tax_minor_units),
    constraint fares_never_raised    check (total_minor_units <= full_minor_units),
    constraint fares_settled_at      check ((settlement = 'Settled') = (settled_at is not null)),
    constraint fares_owed_since      check (settlement <> 'Owed' or owed_since is not null),
    foreign key (policy_id, policy_version) references billing.fare_policies
) with (fillfactor = 90);
comment on table  billing.fares                          is 'What a passenger owes for a ride or its cancellation; never changed once written, but for its settlement.';
comment on column billing.fares.basis                    is 'Track: metered. Quote: the quote was honoured, or no usable track came. Policy: a fixed charge.';
comment on column billing.fares.full_minor_units         is 'Before the driver lowered it.';
comment on column billing.fares.fare_factor_basis_points is 'What the driver left of it: 10 000 = all, 0 = a free ride.';
comment on column billing.fares.total_minor_units        is 'What the passenger pays.';
comment on column billing.fares.breakdown                is '[{code, amountMinorUnits}], sums to total_minor_units.';
comment on column billing.fares.settlement               is 'What payment has told: Owed after a failed charge, Settled once paid.';
comment on column billing.fares.created_at               is 'System time.';

create index fares_owed_by_passenger on billing.fares (passenger_id, owed_since) where settlement = 'Owed';

create trigger fares_amounts_are_final before update on billing.fares for each row
    when ((old.fare_id, old.ride_id, old.kind, old.passenger_id, old.driver_id, old.policy_id, old.policy_version, old.currency, old.total_minor_units,
           old.commission_minor_units, old.driver_earning_minor_units, old.tax_minor_units, old.full_minor_units, old.breakdown, old.finalised_at)
        is distinct from
          (new.fare_id, new.ride_id, new.kind, new.passenger_id, new.driver_id, new.policy_id, new.policy_version, new.currency, new.total_minor_units,
           new.commission_minor_units, new.driver_earning_minor_units, new.tax_minor_units, new.full_minor_units, new.breakdown, new.finalised_at))
    execute function billing.refuse_change();
create trigger fares_are_kept before delete on billing.fares for each row execute function billing.refuse_change();
create trigger fares_no_truncate before truncate on billing.fares for each statement execute function billing.refuse_change();
