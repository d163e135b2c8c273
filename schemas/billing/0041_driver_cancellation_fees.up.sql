-- A driver who gives a ride up without an excuse may owe a fee for it.

alter table billing.fare_policies
    add column cancellation_driver_fee_minor_units bigint check (cancellation_driver_fee_minor_units >= 0),
    add column cancellation_driver_grace_seconds   int    check (cancellation_driver_grace_seconds >= 0),
    add constraint fare_policies_driver_grace_is_of_a_fee check (cancellation_driver_grace_seconds is null or cancellation_driver_fee_minor_units is not null);
comment on column billing.fare_policies.cancellation_driver_fee_minor_units is 'Owed by a driver who gives a ride up after the grace period without an excuse, or does not come; null: nothing.';
comment on column billing.fare_policies.cancellation_driver_grace_seconds   is 'After the match, for drivers; null: as for passengers.';

alter table billing.rides
    add column matched_quote_id       uuid,
    add column cancel_reason          text,
    add column driver_fee_minor_units bigint check (driver_fee_minor_units >= 0);
comment on column billing.rides.matched_quote_id       is 'The quote of the match: under another one the ride is not what the driver accepted. Null for rides from before it was kept.';
comment on column billing.rides.cancel_reason          is 'As ride has checked it; null for cancellations from before it was kept.';
comment on column billing.rides.driver_fee_minor_units is 'Owed by the driver for giving it up, zero when excused; null when it was not the driver''s doing, or was priced without its quote.';

alter table billing.ledger_accounts drop constraint ledger_accounts_kind_check;
alter table billing.ledger_accounts add constraint ledger_accounts_kind_check check (kind in (
    'PassengerReceivable', 'DriverPayable', 'HeldCash', 'Commission', 'Tax', 'ProviderClearing', 'Concessions', 'WriteOffs', 'PayoutsInTransit', 'PayoutFees', 'Bank',
    'PromotionExpense', 'PassengerWallet', 'PassengerCredit', 'ChargebacksInDispute', 'ChargebackLosses', 'ProviderFees', 'SurplusPayments', 'SubscriptionFees',
    'DriverFees'));
comment on column billing.ledger_accounts.kind is 'PassengerReceivable: owes us. PassengerCredit: we owe them, to be set off. PassengerWallet: they paid it in. DriverPayable: we owe. HeldCash: they hold it for us in cash; it counts against what we owe. Commission, Tax: ours and the state''s. ProviderClearing: captured by the provider. Concessions: fares that we lowered at our own cost. WriteOffs: fares that nobody will pay. PayoutsInTransit: reserved for drivers and not known to have arrived. PayoutFees: ours. Bank: what payouts were paid from. PromotionExpense: what promotions gave. ChargebacksInDispute: withdrawn by banks that have not decided. ChargebackLosses: what they decided against us. ProviderFees: what the provider takes for disputes. SurplusPayments: what was paid with a code once too often, until it is given back. SubscriptionFees: what drivers pay instead of commission. DriverFees: what drivers owed for rides that they gave up.';

alter table billing.ledger_transfers drop constraint ledger_transfers_kind_check;
alter table billing.ledger_transfers add constraint ledger_transfers_kind_check check (kind in (
    'Fare', 'Payment', 'Adjustment', 'Refund', 'WriteOff', 'Void', 'PayoutReserved', 'PayoutSent', 'PayoutReturned', 'TopUp', 'WalletPayment',
    'CreditArisen', 'CreditUsed', 'CreditGiven', 'CreditExpired',
    'Chargeback', 'ChargebackWon', 'ChargebackLost', 'Settlement', 'SurplusReceived', 'SurplusReturned', 'Tip', 'SetOff', 'WalletForgiven',
    'Subscription', 'DriverCancellation'));
