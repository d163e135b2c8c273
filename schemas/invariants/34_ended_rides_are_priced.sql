-- A ride that billing has heard the end of is charged, or free; with a fare exactly when charged.
select ride.ride_id, ride.status, ride.completed_at, ride.cancelled_at, fare.fare_id
from   billing.rides ride
left   join billing.fares fare on fare.ride_id = ride.ride_id
where  ((ride.completed_at is not null or ride.cancelled_at is not null) and ride.status = 'Open')
    or (ride.status = 'Charged') <> (fare.fare_id is not null);
