alter table billing.ledger_transfers drop constraint ledger_transfers_kind_check;
alter table billing.ledger_transfers add constraint ledger_transfers_kind_check check (kind in (
    'Fare', 'Payment', 'Adjustment', 'Refund', 'WriteOff', 'Void', 'PayoutReserved', 'PayoutSent', 'PayoutReturned', 'TopUp', 'WalletPayment',
    'CreditArisen', 'CreditUsed', 'CreditGiven', 'CreditExpired',
    'Chargeback', 'ChargebackWon', 'ChargebackLost', 'Settlement', 'SurplusReceived', 'SurplusReturned', 'Tip', 'SetOff', 'WalletForgiven',
    'Subscription'));

alter table billing.ledger_accounts drop constraint ledger_accounts_kind_check;
alter table billing.ledger_accounts add constraint ledger_accounts_kind_check check (kind in (
    'PassengerReceivable', 'DriverPayable', 'HeldCash', 'Commission', 'Tax', 'ProviderClearing', 'Concessions', 'WriteOffs', 'PayoutsInTransit', 'PayoutFees', 'Bank',
    'PromotionExpense', 'PassengerWallet', 'PassengerCredit', 'ChargebacksInDispute', 'ChargebackLosses', 'ProviderFees', 'SurplusPayments', 'SubscriptionFees'));
comment on column billing.ledger_accounts.kind is 'PassengerReceivable: owes us. PassengerCredit: we owe them, to be set off. PassengerWallet: they paid it in. DriverPayable: we owe. HeldCash: they hold it for us in cash; it counts against what we owe. Commission, Tax: ours and the state''s. ProviderClearing: captured by the provider. Concessions: fares that we lowered at our own cost. WriteOffs: fares that nobody will pay. PayoutsInTransit: reserved for drivers and not known to have arrived. PayoutFees: ours. Bank: what payouts were paid from. PromotionExpense: what promotions gave. ChargebacksInDispute: withdrawn by banks that have not decided. ChargebackLosses: what they decided against us. ProviderFees: what the provider takes for disputes. SurplusPayments: what was paid with a code once too often, until it is given back. SubscriptionFees: what drivers pay instead of commission.';

alter table billing.rides drop column matched_quote_id, drop column cancel_reason, drop column driver_fee_minor_units;
alter table billing.fare_policies
    drop constraint fare_policies_driver_grace_is_of_a_fee,
    drop column cancellation_driver_fee_minor_units,
    drop column cancellation_driver_grace_seconds;
