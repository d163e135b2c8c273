-- match: who asked for a ride, which drivers were asked, who is busy.
-- Instants are city time unless a column says otherwise.

select platform.create_messaging_tables('match');

create table match.ride_requests (
    ride_request_id          uuid primary key,
    passenger_id             uuid not null,
    city_id                  text not null,
    vehicle_class            text not null check (vehicle_class in ('Motorcycle', 'Standard', 'Premium', 'Van')),
    pickup                   geography(Point, 4326) not null,
    drop_off                 geography(Point, 4326) not null,
    quote_id                 uuid not null,
    quoted_fare_minor_units  bigint not null check (quoted_fare_minor_units >= 0),
    quoted_fare_currency     char(3) not null,
    payment_method_id        uuid not null,
    payment_method_kind      text not null check (payment_method_kind in ('Card', 'Cash')),
    status                   text not null default 'Searching'
        check (status in ('Searching', 'Offered', 'AwaitingPassenger', 'Matched', 'Cancelled', 'NoDriverFound')),
    requested_at             timestamptz not null,
    search_ends_at           timestamptz not null check (search_ends_at > requested_at),
    offer_id                 uuid,
    driver_id                uuid,
    ride_id                  uuid,
    confirm_by               timestamptz,
    ended_at                 timestamptz,
    version                  bigint not null default 1,
    updated_at               timestamptz not null,
    constraint ride_requests_one_per_quote unique (quote_id),
    constraint ride_requests_taken_by_a_driver check (
        (status in ('AwaitingPassenger', 'Matched')) = (offer_id is not null and driver_id is not null and ride_id is not null)),
    constraint ride_requests_confirmation_has_a_deadline check ((status = 'AwaitingPassenger') = (confirm_by is not null)),
    constraint ride_requests_end check ((status in ('Matched', 'Cancelled', 'NoDriverFound')) = (ended_at is not null))
);

comment on column match.ride_requests.quote_id is 'A quote buys one request; a request that a driver reopened keeps its quote';
comment on column match.ride_requests.requested_at is 'The first time of asking: the age that counts in dispatch, also after a driver cancelled';
comment on column match.ride_requests.search_ends_at is 'When the present search gives up; moved forward when a driver''s cancel reopens the request';
comment on column match.ride_requests.ride_id is 'Minted when the driver accepts; another one after a driver''s cancel';
comment on column match.ride_requests.confirm_by is 'Until when the passenger may accept the driver, in cities where both sides confirm';
comment on column match.ride_requests.version is 'Counts the events of this request; the version that they carry';

create unique index ride_requests_one_live_per_passenger on match.ride_requests (passenger_id)
    where status in ('Searching', 'Offered', 'AwaitingPassenger');
create unique index ride_requests_one_per_ride on match.ride_requests (ride_id) where ride_id is not null;
create index ride_requests_searching on match.ride_requests (city_id, vehicle_class, requested_at) where status = 'Searching';
create index ride_requests_search_ends on match.ride_requests (search_ends_at) where status = 'Searching';
create index ride_requests_confirm_by on match.ride_requests (confirm_by) where status = 'AwaitingPassenger';
create index ride_requests_of_passenger on match.ride_requests (passenger_id, requested_at desc);

create table match.offers (
    offer_id                uuid primary key,
    ride_request_id         uuid not null references match.ride_requests,
    passenger_id            uuid not null,
    driver_id               uuid not null check (driver_id <> passenger_id),
    driver_position         geography(Point, 4326) not null,
    pickup_distance_metres  int not null check (pickup_distance_metres >= 0),
    broadcast               boolean not null,
    status                  text not null default 'Open' check (status in ('Open', 'Accepted', 'Declined', 'Expired', 'Withdrawn')),
    withdrawn_because       text check (withdrawn_because in
        ('AnotherDriverAccepted', 'PassengerCancelled', 'PassengerRefused', 'PassengerSilent', 'DriverWentOffline', 'DriverSuspended')),
    made_at                 timestamptz not null,
    expires_at              timestamptz not null check (expires_at > made_at),
    answered_at             timestamptz,
    ride_id                 uuid unique,
    confirmed_at            timestamptz,
    constraint offers_withdrawn_for_a_reason check ((status = 'Withdrawn') = (withdrawn_because is not null)),
    constraint offers_answered check ((status = 'Open') = (answered_at is null)),
    constraint offers_confirmed check (confirmed_at is null or (status = 'Accepted' and ride_id is not null))
);

comment on table match.offers is 'One driver asked to take one request';
comment on column match.offers.pickup_distance_metres is 'Straight line from the driver to the pickup, whole metres';
comment on column match.offers.broadcast is 'One of several offers of a request that are open at once; the first acceptance wins';
comment on column match.offers.answered_at is 'When it stopped being open, by whatever cause';
comment on column match.offers.ride_id is 'Minted when the driver accepted';
comment on column match.offers.confirmed_at is 'When both sides had agreed and MatchConfirmed was published: from here there is a ride';

create unique index offers_one_open_per_driver on match.offers (driver_id) where status = 'Open';
create unique index offers_one_open_per_request on match.offers (ride_request_id) where status = 'Open' and not broadcast;
-- A driver who only lost a broadcast to a quicker one may be asked again should that one cancel.
create unique index offers_never_the_same_driver_twice on match.offers (ride_request_id, driver_id)
    where withdrawn_because is distinct from 'AnotherDriverAccepted';
create index offers_of_request on match.offers (ride_request_id);
create index offers_of_driver on match.offers (driver_id, made_at desc);
create index offers_expiry on match.offers (expires_at) where status = 'Open';

create table match.busy_parties (
    user_id  uuid primary key,
    ride_id  uuid not null,
    role     text not null check (role in ('Passenger', 'Driver')),
    since    timestamptz not null,
    constraint busy_parties_one_per_side unique (ride_id, role)
);

comment on table match.busy_parties is
    'The busy guard: everybody who is on a ride, or promised to one. One key for both roles, so nobody drives and is driven at once';

-- What match knows from others, kept to refuse early. The version is the owner's; an older event changes nothing.

create table match.drivers (
    driver_id      uuid primary key,
    vehicle_type   text not null check (vehicle_type in ('Motorcycle', 'Car', 'Van')),
    vehicle_class  text not null check (vehicle_class in ('Motorcycle', 'Standard', 'Premium', 'Van')),
    approved       boolean not null,
    version        bigint not null
);

create table match.payment_methods (
    payment_method_id  uuid primary key,
    passenger_id       uuid not null,
    kind               text check (kind in ('Card', 'Cash')),
    removed            boolean not null default false,
    version            bigint not null
);

comment on column match.payment_methods.kind is 'Unknown when the removal was heard before the addition';

create table match.debts (
    ride_id             uuid primary key,
    passenger_id        uuid not null,
    amount_minor_units  bigint not null,
    currency            char(3) not null,
    settled             boolean not null,
    version             bigint not null
);

create index debts_outstanding on match.debts (passenger_id) where not settled;

-- Who dispatches a zone right now. Unlogged: a lease is worth nothing after a crash, and taking one must not wait for a disk.
create unlogged table match.zone_leases (
    city_id        text not null,
    vehicle_class  text not null,
    holder         uuid not null,
    fencing_token  bigint not null,
    leased_until   timestamptz not null,
    next_round_at  timestamptz not null,
    primary key (city_id, vehicle_class)
);

comment on column match.zone_leases.fencing_token is 'Grows with every round; offers of an older round are refused';
comment on column match.zone_leases.leased_until is 'System time';
comment on column match.zone_leases.next_round_at is 'System time; the earliest start of the next round, whichever copy runs it';
