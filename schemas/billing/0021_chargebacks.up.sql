-- Charges that a cardholder took back through their bank.

alter table billing.ledger_accounts drop constraint ledger_accounts_kind_check;
alter table billing.ledger_accounts add constraint ledger_accounts_kind_check check (kind in (
    'PassengerReceivable', 'DriverPayable', 'Commission', 'Tax', 'ProviderClearing', 'Concessions', 'WriteOffs', 'PayoutsInTransit', 'PayoutFees', 'Bank',
    'PromotionExpense', 'PassengerWallet', 'PassengerCredit', 'ChargebacksInDispute', 'ChargebackLosses', 'ProviderFees'));
comment on column billing.ledger_accounts.kind is 'PassengerReceivable: owes us. PassengerCredit: we owe them, to be set off. PassengerWallet: they paid it in. DriverPayable: we owe (cash held by the driver counts against it). Commission, Tax: ours and the state''s. ProviderClearing: captured by the provider. Concessions: fares that we lowered at our own cost. WriteOffs: fares that nobody will pay. PayoutsInTransit: reserved for drivers and not known to have arrived. PayoutFees: ours. Bank: what payouts were paid from. PromotionExpense: what promotions gave. ChargebacksInDispute: withdrawn by banks that have not decided. ChargebackLosses: what they decided against us. ProviderFees: what the provider takes for disputes.';

alter table billing.ledger_transfers drop constraint ledger_transfers_kind_check;
alter table billing.ledger_transfers add constraint ledger_transfers_kind_check check (kind in (
    'Fare', 'Payment', 'Adjustment', 'Refund', 'WriteOff', 'Void', 'PayoutReserved', 'PayoutSent', 'PayoutReturned', 'TopUp', 'WalletPayment',
    'CreditArisen', 'CreditUsed', 'CreditGiven', 'CreditExpired',
    'Chargeback', 'ChargebackWon', 'ChargebackLost'));

create table billing.lost_chargebacks (
    dispute_id         uuid        primary key,
    ride_id            uuid        not null references billing.fares (ride_id),
    passenger_id       uuid        not null,
    amount_minor_units bigint      not null check (amount_minor_units > 0),
    currency           char(3)     not null,
    lost_at            timestamptz not null,
    forgiven_at        timestamptz,
    forgiven_by        uuid,
    reason             text        check (length(reason) between 1 and 500),
    constraint lost_chargebacks_forgiven check ((forgiven_at is null) = (forgiven_by is null) and (forgiven_at is null) = (reason is null))
);
comment on table  billing.lost_chargebacks         is 'Rides that were taken and not paid for in the end. Their passengers are refused new ones until an operator forgives it.';
comment on column billing.lost_chargebacks.lost_at is 'City time, as forgiven_at.';
comment on column billing.lost_chargebacks.reason  is 'Why an operator forgave it.';

create index lost_chargebacks_owed on billing.lost_chargebacks (passenger_id, lost_at) where forgiven_at is null;
create index lost_chargebacks_of_ride on billing.lost_chargebacks (ride_id) where forgiven_at is null;

create trigger lost_chargebacks_forgiven_once before update on billing.lost_chargebacks for each row
    when (old.forgiven_at is not null or (old.dispute_id, old.ride_id, old.passenger_id, old.amount_minor_units, old.currency, old.lost_at)
        is distinct from (new.dispute_id, new.ride_id, new.passenger_id, new.amount_minor_units, new.currency, new.lost_at)) execute function billing.refuse_change();
create trigger lost_chargebacks_are_kept before delete on billing.lost_chargebacks for each row execute function billing.refuse_change();
create trigger lost_chargebacks_no_truncate before truncate on billing.lost_chargebacks for each statement execute function billing.refuse_change();
