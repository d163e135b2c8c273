-- A ride may have places on the way.

alter table match.ride_requests add stops jsonb check (jsonb_typeof(stops) = 'array' and jsonb_array_length(stops) between 1 and 5);
comment on column match.ride_requests.stops is '[{latitude, longitude}] in the order of the way; null for none';
