-- What a driver did on a day.

create index rides_of_driver_by_time on ride.rides (driver_id, assigned_at);
