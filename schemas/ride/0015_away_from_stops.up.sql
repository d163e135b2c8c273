-- Who goes on from a place on the way without saying so waits there no longer.

alter table ride.rides add away_from_stop_at timestamptz;
comment on column ride.rides.away_from_stop_at is 'When the car was first seen elsewhere since the place on the way that was reached last; city time; null while it was not, and once that is left';
