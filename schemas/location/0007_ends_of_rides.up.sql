-- Where a ride is going, so that location can tell when it is about to end.

alter table location.rides
    add planned_drop_off geography(Point, 4326),
    add told_ends_at     timestamptz;
comment on column location.rides.planned_drop_off is 'As agreed at the match; where it really ended is drop_off.';
comment on column location.rides.told_ends_at     is 'City time of the end as last told by RideNearsEnd.';
