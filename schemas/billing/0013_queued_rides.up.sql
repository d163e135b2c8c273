-- While a ride is queued behind another its driver has not set out, and cancelling it is free.

alter table billing.rides add queued boolean not null default false;
comment on column billing.rides.queued      is 'The driver still drives another passenger; over once assigned_at is known.';
comment on column billing.rides.assigned_at is 'When the driver set out; the grace period of a cancellation runs from here.';
