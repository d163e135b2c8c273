comment on column billing.rides.assigned_at is null;
alter table billing.rides drop queued;
