comment on column billing.fares.inputs is 'What it was worked out from besides the policy; null for cancellations and for fares before inputs were kept.';
alter table billing.rides drop column arrived_at, drop column cancellation_phase;
comment on column billing.fare_policies.cancellation_fee_minor_units is null;
comment on column billing.fare_policies.cancellation_grace_seconds is 'After the match a passenger cancels free of charge for this long.';
alter table billing.fare_policies
    drop constraint fare_policies_cancellation_never_falls,
    drop column cancellation_at_pickup_minor_units,
    drop column cancellation_no_show_minor_units;
