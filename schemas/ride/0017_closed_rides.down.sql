alter table ride.rides drop closed_at;
