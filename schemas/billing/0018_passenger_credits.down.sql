drop trigger fares_credits_are_final on billing.fares;
alter table billing.fares
    drop constraint fares_settled_by_something,
    drop constraint fares_credited_within_total,
    drop column settled_by,
    drop column credited_minor_units;
drop table billing.credit_uses;
drop table billing.passenger_credits;
alter table billing.ledger_transfers drop constraint ledger_transfers_kind_check;
alter table billing.ledger_transfers add constraint ledger_transfers_kind_check check (kind in (
    'Fare', 'Payment', 'Adjustment', 'Refund', 'WriteOff', 'Void', 'PayoutReserved', 'PayoutSent', 'PayoutReturned', 'TopUp', 'WalletPayment'));
drop trigger ledger_accounts_credit_is_never_overdrawn on billing.ledger_accounts;
drop function billing.refuse_credit_overdraft;
alter table billing.ledger_accounts drop constraint ledger_accounts_kind_check;
alter table billing.ledger_accounts add constraint ledger_accounts_kind_check check (kind in (
    'PassengerReceivable', 'DriverPayable', 'Commission', 'Tax', 'ProviderClearing', 'Concessions', 'WriteOffs', 'PayoutsInTransit', 'PayoutFees', 'Bank',
    'PromotionExpense', 'PassengerWallet'));
