-- A running track is as long as its points made it; a closed one may add the last metres to the drop-off, never lose any. Points are deleted some time after.
select ride.ride_id, ride.distance_metres, points.added_metres, ride.accepted_points, points.accepted_points as stored_points, ride.closed_at
from   location.rides ride
join   lateral (
    select coalesce(sum(point.added_metres), 0) as added_metres, count(*) as accepted_points
    from   location.track_points point
    where  point.ride_id = ride.ride_id) as points on true
where  ride.points_kept and (
       ride.accepted_points <> points.accepted_points
    or ride.distance_metres < points.added_metres - 1
    or (ride.closed_at is null and ride.distance_metres > points.added_metres + 1));
