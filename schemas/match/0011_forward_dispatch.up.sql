-- A driver who is about to end a ride may be promised to the next passenger.

alter table match.busy_parties
    add free_at       timestamptz,
    add free_where    geography(Point, 4326),
    add city_id       text,
    add vehicle_class text,
    add ends_version  bigint not null default 0,
    add constraint busy_parties_end_is_whole check ((free_at is null) = (free_where is null) and (free_at is null or (city_id is not null and vehicle_class is not null)));
comment on column match.busy_parties.free_at      is 'Of a driver: when the ride is expected to end, city time; known only shortly before';
comment on column match.busy_parties.ends_version is 'Version of the RideNearsEnd that said so; an older one that comes late changes nothing';

create index busy_parties_soon_free on match.busy_parties (city_id, vehicle_class, free_at) where free_at is not null;

create table match.next_rides (
    driver_id     uuid primary key,
    ride_id       uuid not null unique,
    after_ride_id uuid not null check (after_ride_id <> ride_id),
    since         timestamptz not null
);
comment on table match.next_rides is 'The ride that a busy driver is promised to next, one at most; it becomes their ride in the transaction that ends the one before';

create index next_rides_after on match.next_rides (after_ride_id);

alter table match.offers add after_ride_id uuid;
comment on column match.offers.after_ride_id is 'The ride that the driver was still on when the offer was made';
