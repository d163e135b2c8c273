drop table billing.payout_batches;
drop table billing.payouts;
drop table billing.payees;
alter table billing.ledger_transfers drop column payout_id;
alter table billing.ledger_transfers alter column ride_id set not null;
alter table billing.ledger_transfers drop constraint ledger_transfers_kind_check;
alter table billing.ledger_transfers add constraint ledger_transfers_kind_check check (kind in (
    'Fare', 'Payment', 'Adjustment', 'Refund', 'WriteOff', 'Void'));
alter table billing.ledger_accounts drop constraint ledger_accounts_kind_check;
alter table billing.ledger_accounts add constraint ledger_accounts_kind_check check (kind in (
    'PassengerReceivable', 'DriverPayable', 'Commission', 'Tax', 'ProviderClearing', 'Concessions', 'WriteOffs'));
comment on column billing.ledger_accounts.kind is 'PassengerReceivable: owes us. DriverPayable: we owe (cash held by the driver counts against it). Commission, Tax: ours and the state''s. ProviderClearing: captured by the provider. Concessions: fares that we lowered at our own cost. WriteOffs: fares that nobody will pay.';
