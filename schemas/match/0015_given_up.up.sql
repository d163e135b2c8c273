-- A request whose driver gave the ride up is served before the others: its passenger has had a driver already.

alter table match.ride_requests add column given_up boolean not null default false;
drop index match.ride_requests_searching;
create index ride_requests_searching on match.ride_requests (city_id, vehicle_class, given_up desc, requested_at) where status = 'Searching';
