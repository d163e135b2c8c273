-- No driver and no passenger in two active rides; and the busy guard knows of every active ride, on both sides.
select party.user_id, array_agg(party.ride_id) as ride_ids, 'in two active rides' as what
from   (select driver_id as user_id, ride_id from ride.rides where status in ('DriverAssigned', 'DriverArrived', 'InProgress')
        union all
        select passenger_id, ride_id from ride.rides where status in ('DriverAssigned', 'DriverArrived', 'InProgress')) party
group  by party.user_id
having count(*) > 1
union all
select party.user_id, array[party.ride_id], 'on an active ride, but not busy'
from   (select driver_id as user_id, ride_id from ride.rides where status in ('DriverAssigned', 'DriverArrived', 'InProgress')
        union all
        select passenger_id, ride_id from ride.rides where status in ('DriverAssigned', 'DriverArrived', 'InProgress')) party
where  not exists (select from match.busy_parties busy where busy.user_id = party.user_id and busy.ride_id = party.ride_id)
union all
select busy.user_id, array[busy.ride_id], 'busy with a ride that has ended'
from   match.busy_parties busy join ride.rides ride using (ride_id)
where  ride.status in ('Completed', 'Cancelled')
union all
select ride.passenger_id, array[ride.ride_id], 'promised a ride, but not busy'
from   ride.rides ride
where  ride.status = 'Queued' and not exists (select from match.busy_parties busy where busy.user_id = ride.passenger_id and busy.ride_id = ride.ride_id)
union all
select coalesce(next.driver_id, ride.driver_id), array[coalesce(next.ride_id, ride.ride_id)], 'promised in one of match and ride only'
from   match.next_rides next full join (select ride_id, driver_id from ride.rides where status = 'Queued') ride using (ride_id)
where  next.ride_id is null or ride.ride_id is null
union all
select driver_id, array_agg(ride_id), 'two queued rides'
from   ride.rides
where  status = 'Queued'
group  by driver_id
having count(*) > 1;
