-- The whole of every transition, only legal ones, how long drivers wait, and when they should be there.

alter table ride.transitions add from_status text, add reason text;

update ride.transitions step
set    from_status = before.status
from   (select ride_id, version, lag(status) over (partition by ride_id order by version) as status from ride.transitions) before
where  before.ride_id = step.ride_id and before.version = step.version;

update ride.transitions step
set    reason = ride.cancel_reason
from   ride.rides ride
where  ride.ride_id = step.ride_id and step.status = 'Cancelled';

alter table ride.transitions add constraint transitions_legal check (
    case when from_status is null then status in ('Queued', 'DriverAssigned')
    else (from_status, status) in (
        ('Queued', 'DriverAssigned'), ('Queued', 'Cancelled'), ('DriverAssigned', 'DriverArrived'), ('DriverAssigned', 'Cancelled'),
        ('DriverArrived', 'InProgress'), ('DriverArrived', 'Cancelled'), ('InProgress', 'Completed'))
    end);

comment on column ride.transitions.from_status is 'The status before; null for the first transition';
comment on column ride.transitions.reason      is 'Of a cancellation, or of a rule that acted';

alter table ride.rides
    add driver_due_at   timestamptz,
    add waiting_seconds int generated always as (greatest(0, floor(extract(epoch from started_at - arrived_at)))::int) stored;

comment on column ride.rides.driver_due_at   is 'When the driver should be at the pickup, reckoned at the match';
comment on column ride.rides.waiting_seconds is 'From the arrival to the start';
