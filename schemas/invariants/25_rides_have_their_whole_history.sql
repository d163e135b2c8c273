-- Every change of a ride is in its history once: versions without a gap, each step from where the one before it led, the last one where the ride stands.
with steps as (
    select ride_id, version, from_status as before, status as after from ride.transitions
    union  all
    select ride_id, version, status, status from ride.on_the_way
), chain as (
    select ride_id, version, before, after, row_number() over so_far as place, lag(after) over so_far as led_to
    from   steps
    window so_far as (partition by ride_id order by version)
)
select   ride.ride_id, ride.status, ride.version, count(step.version) as steps
from     ride.rides ride left join chain step on step.ride_id = ride.ride_id
group by ride.ride_id
having   count(step.version) <> ride.version
      or bool_or(step.place <> step.version or step.before is distinct from step.led_to)
      or (array_agg(step.after order by step.version desc))[1] is distinct from ride.status;
