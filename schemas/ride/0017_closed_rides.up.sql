-- A silent ride ended when it was last heard of, hours before that was decided: whoever needs help or waits for somebody has their time from then on.

alter table ride.rides add closed_at timestamptz;
comment on column ride.rides.closed_at is 'When its end was decided, where that is not when it ended; city time';
