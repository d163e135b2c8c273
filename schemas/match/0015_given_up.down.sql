drop index match.ride_requests_searching;
create index ride_requests_searching on match.ride_requests (city_id, vehicle_class, requested_at) where status = 'Searching';
alter table match.ride_requests drop column given_up;
