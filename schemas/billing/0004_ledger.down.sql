drop table billing.ledger_entries, billing.ledger_transfers, billing.ledger_accounts;
drop function billing.check_transfer();
