drop table payment.webhooks;
drop table payment.attempts;
drop table payment.orders;
drop table payment.payment_methods;
drop table payment.idempotency_keys;
drop table payment.inbox;
drop table payment.outbox_archive;
drop table payment.outbox;
