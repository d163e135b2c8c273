drop table billing.holidays, billing.fare_policies;
drop function billing.refuse_change();
drop table billing.outbox, billing.outbox_archive, billing.inbox, billing.idempotency_keys;
