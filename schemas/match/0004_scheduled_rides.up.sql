-- Rides asked for ahead of time: a request waits as Scheduled until its search begins.

alter table match.ride_requests
    drop constraint ride_requests_status_check,
    add  column pickup_at timestamptz,
    add  constraint ride_requests_status_check
        check (status in ('Scheduled', 'Searching', 'Offered', 'AwaitingPassenger', 'Matched', 'Cancelled', 'NoDriverFound')),
    add  constraint ride_requests_scheduled_for_a_time check (status <> 'Scheduled' or pickup_at is not null);

comment on column match.ride_requests.pickup_at is 'When the passenger wants to be picked up, city time; null for at once';

-- Nobody can leave twice within the same half hour.
create unique index ride_requests_one_per_half_hour
    on match.ride_requests (passenger_id, date_bin('30 minutes', pickup_at, timestamptz '2000-01-01 00:00:00+00')) where status = 'Scheduled';
create index ride_requests_scheduled on match.ride_requests (pickup_at) where status = 'Scheduled';
