-- A queued ride has no place in the older rules; its driver has not set out.
update ride.rides
set    status = 'Cancelled', cancelled_at = assigned_at, cancelled_by = 'System', cancel_reason = 'queue-abolished', version = version + 1
where  status = 'Queued';
drop index ride.rides_one_queued_per_driver;
drop index ride.rides_one_active_per_passenger;
create unique index rides_one_active_per_passenger on ride.rides (passenger_id) where status in ('DriverAssigned', 'DriverArrived', 'InProgress');
alter table ride.rides
    drop constraint rides_status_check,
    add  constraint rides_status_check check (status in ('DriverAssigned', 'DriverArrived', 'InProgress', 'Completed', 'Cancelled')),
    drop after_ride_id;
