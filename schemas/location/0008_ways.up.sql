-- A ride may have places on the way, and its passenger may change them and the drop-off while riding.

alter table location.rides
    add planned_stops jsonb,
    add way_version   bigint not null default 0;
comment on column location.rides.planned_stops is '[{latitude, longitude}]: places on the way that are still ahead, in order; null for none';
comment on column location.rides.way_version   is 'Version of the last event of ride that told of the way; older ones come too late';
