-- Drivers who wait at an airport or a station are served in the order in which they came.

alter table location.duties
    add column queue_zone_id uuid,
    add column queued_at     timestamptz,
    add constraint duties_queued_since check ((queue_zone_id is null) = (queued_at is null)),
    add constraint duties_queued_is_online check (queue_zone_id is null or online);

comment on column location.duties.queue_zone_id is 'The airport or station in whose queue the driver waits. Kept through a match, so that a passenger who cancels costs no place.';
comment on column location.duties.queued_at     is 'City time of entering it: the order of service.';

create index duties_by_queue on location.duties (queue_zone_id, vehicle_class, queued_at, driver_id) where queue_zone_id is not null;
