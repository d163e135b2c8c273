alter table ride.rides drop away_from_stop_at;
