alter table billing.ledger_transfers
    drop constraint ledger_transfers_about_one_thing,
    drop column subscription_id,
    add constraint ledger_transfers_about_one_thing check (num_nonnulls(ride_id, payout_id, top_up_id, credit_id, settlement_id) = 1),
    drop constraint ledger_transfers_kind_check,
    add constraint ledger_transfers_kind_check check (kind in (
        'Fare', 'Payment', 'Adjustment', 'Refund', 'WriteOff', 'Void', 'PayoutReserved', 'PayoutSent', 'PayoutReturned', 'TopUp', 'WalletPayment',
        'CreditArisen', 'CreditUsed', 'CreditGiven', 'CreditExpired',
        'Chargeback', 'ChargebackWon', 'ChargebackLost', 'Settlement', 'SurplusReceived', 'SurplusReturned', 'Tip', 'SetOff', 'WalletForgiven'));
alter table billing.ledger_accounts drop constraint ledger_accounts_kind_check;
alter table billing.ledger_accounts add constraint ledger_accounts_kind_check check (kind in (
    'PassengerReceivable', 'DriverPayable', 'Commission', 'Tax', 'ProviderClearing', 'Concessions', 'WriteOffs', 'PayoutsInTransit', 'PayoutFees', 'Bank',
    'PromotionExpense', 'PassengerWallet', 'PassengerCredit', 'ChargebacksInDispute', 'ChargebackLosses', 'ProviderFees', 'SurplusPayments'));
alter table billing.fares
    drop constraint fares_subscribed_without_commission,
    drop constraint fares_subscription_fkey,
    drop column subscription_id;
alter table billing.rides drop column matched_at;
drop table billing.subscription_coverage;
drop table billing.subscription_periods;
drop table billing.driver_subscriptions;
drop table billing.subscription_plans;
drop extension btree_gist;
