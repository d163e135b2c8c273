-- What the provider holds goes to our bank account, day by day.

alter table billing.ledger_transfers drop constraint ledger_transfers_kind_check;
alter table billing.ledger_transfers add constraint ledger_transfers_kind_check check (kind in (
    'Fare', 'Payment', 'Adjustment', 'Refund', 'WriteOff', 'Void', 'PayoutReserved', 'PayoutSent', 'PayoutReturned', 'TopUp', 'WalletPayment',
    'CreditArisen', 'CreditUsed', 'CreditGiven', 'CreditExpired',
    'Chargeback', 'ChargebackWon', 'ChargebackLost', 'Settlement'));
alter table billing.ledger_transfers add column settlement_id uuid;
alter table billing.ledger_transfers drop constraint ledger_transfers_about_one_thing;
alter table billing.ledger_transfers add constraint ledger_transfers_about_one_thing check (num_nonnulls(ride_id, payout_id, top_up_id, credit_id, settlement_id) = 1);
comment on column billing.ledger_transfers.settlement_id is 'The provider''s day that it is about; null for rides and payouts.';
