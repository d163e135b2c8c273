-- A ride request ends within its search time, and a scheduled one no longer waits at its time of pickup: matched, cancelled, or told that there is no driver. City time is not the database's:
-- the latest instant that match has written stands for now, and a minute is left for sweeps and confirmations.
with city as (select max(updated_at) as latest from match.ride_requests)
select ride_request_id, status, search_ends_at, city.latest as city_time
from   match.ride_requests, city
where  status in ('Searching', 'Offered', 'AwaitingPassenger') and search_ends_at + interval '1 minute' < city.latest
union all
select ride_request_id, status, pickup_at, city.latest
from   match.ride_requests, city
where  status = 'Scheduled' and pickup_at + interval '1 minute' < city.latest
union all
select ride_request_id, status, search_ends_at, ended_at
from   match.ride_requests
where  status = 'NoDriverFound' and ended_at > search_ends_at + interval '1 minute';
