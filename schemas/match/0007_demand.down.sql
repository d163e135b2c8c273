drop index match.ride_requests_by_time;
