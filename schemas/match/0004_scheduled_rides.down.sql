drop index match.ride_requests_scheduled;
drop index match.ride_requests_one_per_half_hour;

update match.ride_requests set status = 'Cancelled', ended_at = updated_at where status = 'Scheduled';

alter table match.ride_requests
    drop constraint ride_requests_scheduled_for_a_time,
    drop constraint ride_requests_status_check,
    add  constraint ride_requests_status_check check (status in ('Searching', 'Offered', 'AwaitingPassenger', 'Matched', 'Cancelled', 'NoDriverFound')),
    drop column pickup_at;
