-- Calls for help from rides.

create table ride.sos_alerts (
    alert_id        uuid        primary key,
    ride_id         uuid        not null references ride.rides,
    raised_by       uuid        not null,
    side            text        not null check (side in ('Passenger', 'Driver')),
    raised_at       timestamptz not null,
    position        geography(Point, 4326),
    position_at     timestamptz,
    acknowledged_at timestamptz,
    acknowledged_by uuid,
    closed_at       timestamptz,
    closed_by       uuid,
    note            text        check (length(note) between 1 and 500),
    constraint sos_position_has_a_time check ((position is null) = (position_at is null)),
    constraint sos_acknowledged_by_somebody check ((acknowledged_at is null) = (acknowledged_by is null)),
    constraint sos_closed_by_somebody check ((closed_at is null) = (closed_by is null) and (closed_at is null) = (note is null)),
    constraint sos_closed_after_acknowledged check (closed_at is null or acknowledged_at is not null)
);

comment on column ride.sos_alerts.raised_at       is 'City time, like the other instants';
comment on column ride.sos_alerts.position        is 'Where the phone last told that it is, or else where the ride was last heard of';
comment on column ride.sos_alerts.acknowledged_at is 'An operator has taken it up';
comment on column ride.sos_alerts.note            is 'What came of it';

create unique index sos_one_open_per_person on ride.sos_alerts (ride_id, raised_by) where closed_at is null;
create index sos_open on ride.sos_alerts (alert_id) where closed_at is null;
