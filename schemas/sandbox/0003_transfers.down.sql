delete from sandbox.webhook_deliveries where charge_id is null;
alter table sandbox.webhook_deliveries alter column charge_id set not null;
comment on column sandbox.webhook_deliveries.charge_id is null;
drop table sandbox.transfers;
