alter table billing.ledger_transfers drop constraint ledger_transfers_about_one_thing;
alter table billing.ledger_transfers drop column settlement_id;
alter table billing.ledger_transfers add constraint ledger_transfers_about_one_thing check (num_nonnulls(ride_id, payout_id, top_up_id, credit_id) = 1);
alter table billing.ledger_transfers drop constraint ledger_transfers_kind_check;
alter table billing.ledger_transfers add constraint ledger_transfers_kind_check check (kind in (
    'Fare', 'Payment', 'Adjustment', 'Refund', 'WriteOff', 'Void', 'PayoutReserved', 'PayoutSent', 'PayoutReturned', 'TopUp', 'WalletPayment',
    'CreditArisen', 'CreditUsed', 'CreditGiven', 'CreditExpired',
    'Chargeback', 'ChargebackWon', 'ChargebackLost'));
