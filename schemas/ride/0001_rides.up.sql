-- ride: one journey from the match to the drop-off.
-- Instants are city time unless a column says otherwise.

select platform.create_messaging_tables('ride');

create table ride.rides (
    ride_id                  uuid primary key,
    match_id                 uuid not null unique,
    ride_request_id          uuid not null,
    driver_id                uuid not null,
    passenger_id             uuid not null check (passenger_id <> driver_id),
    city_id                  text not null,
    vehicle_class            text not null check (vehicle_class in ('Motorcycle', 'Standard', 'Premium', 'Van')),
    status                   text not null check (status in ('DriverAssigned', 'DriverArrived', 'InProgress', 'Completed', 'Cancelled')),
    pickup                   geography(Point, 4326) not null,
    drop_off                 geography(Point, 4326) not null,
    ended_where              geography(Point, 4326),
    quote_id                 uuid not null,
    quoted_fare_minor_units  bigint not null check (quoted_fare_minor_units >= 0),
    quoted_fare_currency     char(3) not null,
    payment_method_id        uuid not null,
    payment_method_kind      text not null check (payment_method_kind in ('Card', 'Cash')),
    fare_factor_basis_points int check (fare_factor_basis_points between 0 and 10000),
    start_pin                char(4) not null,
    pin_tries                smallint not null default 0 check (pin_tries between 0 and 5),
    assigned_at              timestamptz not null,
    arrived_at               timestamptz,
    started_at               timestamptz,
    completed_at             timestamptz,
    cancelled_at             timestamptz,
    cancelled_by             text check (cancelled_by in ('Passenger', 'Driver', 'System')),
    cancel_reason            text,
    version                  bigint not null,
    created_at               timestamptz not null default now(),
    updated_at               timestamptz not null default now(),
    constraint rides_started_before_completed check (status <> 'Completed' or (started_at is not null and completed_at >= started_at)),
    constraint rides_cancelled_by_somebody check ((status = 'Cancelled') = (cancelled_at is not null and cancelled_by is not null and cancel_reason is not null))
);

comment on column ride.rides.match_id is 'The accepted offer; a match has one ride';
comment on column ride.rides.ended_where is 'Where the driver ended the ride, which need not be the agreed drop-off';
comment on column ride.rides.start_pin is 'Told to the driver by the passenger, face to face; in no event and no log';
comment on column ride.rides.pin_tries is 'Guesses made by the driver; counted before each comparison';
comment on column ride.rides.fare_factor_basis_points is 'Share of the fare that the driver asks for: 10 000 = all. What is owed in the end is billing''s to say';
comment on column ride.rides.version is 'Counts the transitions of this ride; the version that its events carry';
comment on column ride.rides.created_at is 'System time';
comment on column ride.rides.updated_at is 'System time';

create unique index rides_one_active_per_driver on ride.rides (driver_id) where status in ('DriverAssigned', 'DriverArrived', 'InProgress');
create unique index rides_one_active_per_passenger on ride.rides (passenger_id) where status in ('DriverAssigned', 'DriverArrived', 'InProgress');
create index rides_of_passenger on ride.rides (passenger_id, ride_id desc);
create index rides_of_driver on ride.rides (driver_id, ride_id desc);

create table ride.transitions (
    ride_id uuid not null references ride.rides,
    version bigint not null,
    status  text not null,
    by      text not null check (by in ('Passenger', 'Driver', 'System')),
    at      timestamptz not null,
    primary key (ride_id, version)
);

create table ride.ratings (
    ride_id  uuid not null references ride.rides,
    by       text not null check (by in ('Passenger', 'Driver')),
    stars    smallint not null check (stars between 1 and 5),
    comment  text check (length(comment) <= 500),
    rated_at timestamptz not null,
    primary key (ride_id, by)
);

create table ride.early_cancellations (
    ride_id      uuid not null,
    user_id      uuid not null,
    reason       text not null,
    cancelled_at timestamptz not null,
    stored_at    timestamptz not null default now(),
    primary key (ride_id, user_id)
);

comment on table ride.early_cancellations is 'Cancels that overtook the event that creates their ride; applied at its creation if they come from one of its two sides';
comment on column ride.early_cancellations.stored_at is 'System time; forgotten after an hour';

create index early_cancellations_by_time on ride.early_cancellations (stored_at);

-- History is written once.
do $$
begin
    if exists (select from pg_roles where rolname = 'tumpang_ride') then
        revoke update, delete on ride.transitions, ride.ratings from tumpang_ride;
    end if;
end
$$;
