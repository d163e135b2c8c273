drop table billing.adjustments;
alter table billing.fares drop constraint fares_settlement_check;
alter table billing.fares add constraint fares_settlement_check check (settlement in ('Pending', 'Owed', 'Settled'));
comment on column billing.fares.settlement is 'What payment has told: Owed after a failed charge, Settled once paid.';
alter table billing.fares drop column adjusted_minor_units;
drop index billing.ledger_transfers_of_ride;
alter table billing.ledger_transfers drop constraint ledger_transfers_kind_check;
alter table billing.ledger_transfers add constraint ledger_transfers_kind_check check (kind in ('Fare', 'Payment'));
alter table billing.ledger_accounts drop constraint ledger_accounts_kind_check;
alter table billing.ledger_accounts add constraint ledger_accounts_kind_check
    check (kind in ('PassengerReceivable', 'DriverPayable', 'Commission', 'Tax', 'ProviderClearing'));
comment on column billing.ledger_accounts.kind is 'PassengerReceivable: owes us. DriverPayable: we owe (cash held by the driver counts against it). Commission, Tax: ours and the state''s. ProviderClearing: captured by the provider.';
