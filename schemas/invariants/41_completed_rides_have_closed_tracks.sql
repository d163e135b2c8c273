-- A completed ride's track is closed soon after its grace. The database does not know what time it is in the city; its newest entry tells.
select ride_id, completed_at, due_at
from   location.rides
where  completed_at is not null and closed_at is null and cancelled_at is null
   and due_at < (select max(greatest(last_at, closed_at)) from location.rides) - interval '2 minutes';
