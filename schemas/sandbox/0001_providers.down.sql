drop table sandbox.webhook_deliveries;
drop table sandbox.refunds;
drop table sandbox.charges;
drop table sandbox.sms_messages;
drop table sandbox.idempotency_keys;
drop table sandbox.inbox;
drop table sandbox.outbox_archive;
drop table sandbox.outbox;
