drop index ride.rides_of_driver_by_time;
