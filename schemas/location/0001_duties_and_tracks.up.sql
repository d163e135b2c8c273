-- location: who offers to drive, and what was driven on each ride.
-- Live positions are in Redis; here is what must outlive a flush of it.

select platform.create_messaging_tables('location');

create table location.duties (
    driver_id        uuid        primary key,
    approved         boolean     not null default false,
    approval_version bigint      not null default 0,
    vehicle_class    text        check (vehicle_class in ('Motorcycle', 'Standard', 'Premium', 'Van')),
    online           boolean     not null default false,
    city_id          text,
    seen_at          timestamptz,
    version          bigint      not null default 1,
    constraint duties_online_is_complete check (
        not online or (approved and vehicle_class is not null and city_id is not null and seen_at is not null))
);
comment on table  location.duties                  is 'One row per driver. Whoever changes a driver''s duty or rides locks this row first and raises its version.';
comment on column location.duties.approved         is 'What user last said: DriverApproved or DriverSuspended.';
comment on column location.duties.approval_version is 'Highest version of those events seen; an older one that comes late is ignored.';
comment on column location.duties.online           is 'The beacon. Busy is not stored: it follows from location.rides.';
comment on column location.duties.seen_at          is 'City time of a recent sign of life; written about once a minute per driver, not per position.';
comment on column location.duties.version          is 'Guards the copy of this duty in Redis: a lower version never replaces a higher one.';

create index duties_by_silence on location.duties (seen_at) where online;

create table location.rides (
    ride_id              uuid             primary key,
    driver_id            uuid             not null,
    passenger_id         uuid             not null,
    matched_at           timestamptz,
    started_at           timestamptz,
    completed_at         timestamptz,
    cancelled_at         timestamptz,
    start                geography(Point, 4326),
    drop_off             geography(Point, 4326),
    anchor               geography(Point, 4326),
    anchor_at            timestamptz,
    last                 geography(Point, 4326),
    last_at              timestamptz,
    distance_metres      double precision not null default 0 check (distance_metres >= 0),
    slow_seconds         double precision not null default 0 check (slow_seconds >= 0),
    slow_distance_metres double precision not null default 0 check (slow_distance_metres between 0 and distance_metres + 0.001),
    accepted_points      integer          not null default 0 check (accepted_points >= 0),
    progressed_at        timestamptz,
    due_at               timestamptz,
    closed_at            timestamptz,
    polyline             text,
    version              bigint           not null default 0,
    constraint rides_closed_after_completion check (closed_at is null or completed_at is not null),
    constraint rides_last_with_anchor check ((anchor is null) = (last is null))
);
comment on table  location.rides               is 'What location knows of a ride. Events may come in any order: each fills in its own columns.';
comment on column location.rides.anchor        is 'Where the counted distance ends. It moves when the driver has left the noise around it.';
comment on column location.rides.last          is 'The last accepted position; the next one is judged against it.';
comment on column location.rides.progressed_at is 'City time of the last RideProgressed.';
comment on column location.rides.due_at        is 'City time at which a completed track is closed, even if no more points come.';
comment on column location.rides.version       is 'Counts the events published about this track.';

create index rides_open    on location.rides (driver_id) where completed_at is null and cancelled_at is null;
create index rides_tracked on location.rides (driver_id, started_at) where started_at is not null and closed_at is null and cancelled_at is null;
create index rides_due     on location.rides (due_at) where due_at is not null and closed_at is null;

create table location.track_points (
    ride_id         uuid                   not null references location.rides (ride_id) on delete cascade,
    recorded_at     timestamptz            not null,
    position        geography(Point, 4326) not null,
    accuracy_metres double precision,
    added_metres    double precision       not null check (added_metres >= 0),
    primary key (ride_id, recorded_at)
);
comment on table  location.track_points              is 'Accepted positions of a ride, each at most once, in the order of their time.';
comment on column location.track_points.added_metres is 'By how much this point lengthened the track; 0 within the noise around the anchor.';
