alter table match.ride_requests drop stops;
