-- A driver who will soon be free may be promised to the next passenger: that ride is queued behind the present one.

alter table ride.rides
    drop constraint rides_status_check,
    add  constraint rides_status_check check (status in ('Queued', 'DriverAssigned', 'DriverArrived', 'InProgress', 'Completed', 'Cancelled')),
    add  after_ride_id uuid;
comment on column ride.rides.after_ride_id is 'The ride that the driver was still driving when this one was promised';
comment on column ride.rides.assigned_at   is 'When the driver set out: of a queued ride when the one before it ended';

create unique index rides_one_queued_per_driver on ride.rides (driver_id) where status = 'Queued';
drop index ride.rides_one_active_per_passenger;
create unique index rides_one_active_per_passenger on ride.rides (passenger_id) where status in ('Queued', 'DriverAssigned', 'DriverArrived', 'InProgress');
