-- Every completed ride has a ride fare; a cancelled one at most a cancellation charge; a ride that goes on, or that nobody knows, has none.
select coalesce(ride.ride_id, fare.ride_id) as ride_id, ride.status, fare.fare_id, fare.kind
from   ride.rides ride
full   join billing.fares fare on fare.ride_id = ride.ride_id
where  (ride.status = 'Completed' and fare.kind is distinct from 'Ride')
    or (ride.status = 'Cancelled' and fare.kind = 'Ride')
    or (ride.status not in ('Completed', 'Cancelled') and fare.fare_id is not null)
    or ride.ride_id is null;
