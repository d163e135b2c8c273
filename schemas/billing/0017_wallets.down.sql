alter table billing.fares drop constraint fares_payment_method_kind_check;
alter table billing.fares add constraint fares_payment_method_kind_check check (payment_method_kind in ('Card', 'Cash'));
alter table billing.rides drop constraint rides_payment_method_kind_check;
alter table billing.rides add constraint rides_payment_method_kind_check check (payment_method_kind in ('Card', 'Cash'));
drop table billing.wallet_charges;
alter table billing.ledger_transfers drop constraint ledger_transfers_about_one_thing;
alter table billing.ledger_transfers drop column top_up_id;
alter table billing.ledger_transfers add constraint ledger_transfers_about_one_thing check ((ride_id is null) <> (payout_id is null));
alter table billing.ledger_transfers drop constraint ledger_transfers_kind_check;
alter table billing.ledger_transfers add constraint ledger_transfers_kind_check check (kind in (
    'Fare', 'Payment', 'Adjustment', 'Refund', 'WriteOff', 'Void', 'PayoutReserved', 'PayoutSent', 'PayoutReturned'));
drop trigger ledger_accounts_wallet_is_not_overdrawn on billing.ledger_accounts;
drop function billing.refuse_overdraft;
alter table billing.ledger_accounts drop constraint ledger_accounts_kind_check;
alter table billing.ledger_accounts add constraint ledger_accounts_kind_check check (kind in (
    'PassengerReceivable', 'DriverPayable', 'Commission', 'Tax', 'ProviderClearing', 'Concessions', 'WriteOffs', 'PayoutsInTransit', 'PayoutFees', 'Bank',
    'PromotionExpense'));
