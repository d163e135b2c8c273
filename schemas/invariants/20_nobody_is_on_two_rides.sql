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
where  ride.status in ('Completed', 'Cancelled');
