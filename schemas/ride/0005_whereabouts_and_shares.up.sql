-- Where rides under way were last heard of, rides that fall silent, and links for those who wait for somebody.

-- Unlogged: what a crash takes comes again with the next position.
create unlogged table ride.whereabouts (
    ride_id  uuid                   primary key,
    position geography(Point, 4326) not null,
    heard_at timestamptz            not null
);

comment on table  ride.whereabouts          is 'The last position of each ride in progress, as location tells it every ten seconds; forgotten an hour after the ride';
comment on column ride.whereabouts.heard_at is 'City time';

alter table ride.rides add silent_since timestamptz;

comment on column ride.rides.silent_since is 'The last sign of life of a ride that somebody was alerted of; null for all others';

create table ride.shares (
    ride_id    uuid        not null references ride.rides,
    shared_by  uuid        not null,
    token_hash bytea       not null unique check (octet_length(token_hash) = 32),
    shared_at  timestamptz not null,
    primary key (ride_id, shared_by)
);

comment on table  ride.shares            is 'Links that show a ride to whoever has them; one per side of a ride, the latest';
comment on column ride.shares.token_hash is 'SHA-256 of the token in the link: what is stored here opens nothing';
comment on column ride.shares.shared_at  is 'City time';
