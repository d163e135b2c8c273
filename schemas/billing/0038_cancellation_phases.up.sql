-- What a cancellation costs goes by how far the ride had come.

alter table billing.fare_policies
    add column cancellation_at_pickup_minor_units bigint check (cancellation_at_pickup_minor_units >= 0),
    add column cancellation_no_show_minor_units   bigint check (cancellation_no_show_minor_units >= 0),
    add constraint fare_policies_cancellation_never_falls check (
        coalesce(cancellation_at_pickup_minor_units, cancellation_fee_minor_units) >= cancellation_fee_minor_units
        and coalesce(cancellation_no_show_minor_units, cancellation_at_pickup_minor_units, cancellation_fee_minor_units)
            >= coalesce(cancellation_at_pickup_minor_units, cancellation_fee_minor_units));

comment on column billing.fare_policies.cancellation_fee_minor_units       is 'Owed by a passenger who cancels after the grace period while the driver is on the way.';
comment on column billing.fare_policies.cancellation_grace_seconds         is 'After the match a passenger cancels free of charge for this long, also when the driver has arrived.';
comment on column billing.fare_policies.cancellation_at_pickup_minor_units is 'Likewise once the driver has arrived; null: the same fee.';
comment on column billing.fare_policies.cancellation_no_show_minor_units   is 'Owed by a passenger who did not come, without a grace period: the driver has waited. Null: what a cancellation at the pickup costs at that moment.';

alter table billing.rides
    add column arrived_at         timestamptz,
    add column cancellation_phase text check (cancellation_phase in ('Queued', 'OnTheWay', 'AtPickup', 'NoShow'));
comment on column billing.rides.arrived_at         is 'When the driver was at the pickup; null when that has not been heard of, also of rides before it was kept.';
comment on column billing.rides.cancellation_phase is 'How far it had come when it was cancelled; null for cancellations before it was kept.';

comment on column billing.fares.inputs is 'What it was worked out from besides the policy; null for fares, and for cancellations, before that was kept.';
