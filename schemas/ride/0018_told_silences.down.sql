alter table ride.rides drop silence_told_at;
