-- What drivers drive, for those who look out for them; and how long a ride still takes by road.

create table ride.vehicles (
    driver_id    uuid   primary key,
    vehicle_type text   not null check (vehicle_type in ('Motorcycle', 'Car', 'Van')),
    plate        text   not null,
    version      bigint not null
);
comment on column ride.vehicles.version is 'Of the event that told of it; older ones come too late';

alter table ride.whereabouts add remaining_seconds int;
comment on column ride.whereabouts.remaining_seconds is 'Driving time from there to the drop-off as location reckons it, city time; null when not known';
