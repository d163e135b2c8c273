-- Rides may be paid by codes that phones scan; what is paid once too often is not ours, and goes back.

alter table billing.ledger_accounts drop constraint ledger_accounts_kind_check;
alter table billing.ledger_accounts add constraint ledger_accounts_kind_check check (kind in (
    'PassengerReceivable', 'DriverPayable', 'Commission', 'Tax', 'ProviderClearing', 'Concessions', 'WriteOffs', 'PayoutsInTransit', 'PayoutFees', 'Bank',
    'PromotionExpense', 'PassengerWallet', 'PassengerCredit', 'ChargebacksInDispute', 'ChargebackLosses', 'ProviderFees', 'SurplusPayments'));
comment on column billing.ledger_accounts.kind is 'PassengerReceivable: owes us. PassengerCredit: we owe them, to be set off. PassengerWallet: they paid it in. DriverPayable: we owe (cash held by the driver counts against it). Commission, Tax: ours and the state''s. ProviderClearing: captured by the provider. Concessions: fares that we lowered at our own cost. WriteOffs: fares that nobody will pay. PayoutsInTransit: reserved for drivers and not known to have arrived. PayoutFees: ours. Bank: what payouts were paid from. PromotionExpense: what promotions gave. ChargebacksInDispute: withdrawn by banks that have not decided. ChargebackLosses: what they decided against us. ProviderFees: what the provider takes for disputes. SurplusPayments: what was paid with a code once too often, until it is given back.';

alter table billing.ledger_transfers drop constraint ledger_transfers_kind_check;
alter table billing.ledger_transfers add constraint ledger_transfers_kind_check check (kind in (
    'Fare', 'Payment', 'Adjustment', 'Refund', 'WriteOff', 'Void', 'PayoutReserved', 'PayoutSent', 'PayoutReturned', 'TopUp', 'WalletPayment',
    'CreditArisen', 'CreditUsed', 'CreditGiven', 'CreditExpired',
    'Chargeback', 'ChargebackWon', 'ChargebackLost', 'Settlement', 'SurplusReceived', 'SurplusReturned'));

alter table billing.rides drop constraint rides_payment_method_kind_check;
alter table billing.rides add constraint rides_payment_method_kind_check check (payment_method_kind in ('Card', 'Cash', 'Wallet', 'Qr'));
alter table billing.fares drop constraint fares_payment_method_kind_check;
alter table billing.fares add constraint fares_payment_method_kind_check check (payment_method_kind in ('Card', 'Cash', 'Wallet', 'Qr'));
