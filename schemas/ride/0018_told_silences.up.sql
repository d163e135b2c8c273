-- Between the word that a ride is silent and its closing somebody must have had time to look.

alter table ride.rides add silence_told_at timestamptz;
comment on column ride.rides.silence_told_at is 'When the present silence was told of; city time; null while there is none';
