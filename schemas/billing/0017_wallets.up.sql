-- What passengers pay in advance: a liability of ours, and nobody's below zero.

alter table billing.ledger_accounts drop constraint ledger_accounts_kind_check;
alter table billing.ledger_accounts add constraint ledger_accounts_kind_check check (kind in (
    'PassengerReceivable', 'DriverPayable', 'Commission', 'Tax', 'ProviderClearing', 'Concessions', 'WriteOffs', 'PayoutsInTransit', 'PayoutFees', 'Bank',
    'PromotionExpense', 'PassengerWallet'));

-- A check would judge the row that a posting proposes to insert, before it is added to the balance that is there; this judges the balance.
create function billing.refuse_overdraft() returns trigger language plpgsql as $$
begin
    raise exception 'the wallet of % would be overdrawn', new.party_id using errcode = 'check_violation', constraint = 'ledger_accounts_wallet_is_not_overdrawn';
end $$;

create trigger ledger_accounts_wallet_is_not_overdrawn after insert or update on billing.ledger_accounts for each row
    when (new.kind = 'PassengerWallet' and new.balance_minor_units > 0) execute function billing.refuse_overdraft();

alter table billing.ledger_transfers drop constraint ledger_transfers_kind_check;
alter table billing.ledger_transfers add constraint ledger_transfers_kind_check check (kind in (
    'Fare', 'Payment', 'Adjustment', 'Refund', 'WriteOff', 'Void', 'PayoutReserved', 'PayoutSent', 'PayoutReturned', 'TopUp', 'WalletPayment'));
alter table billing.ledger_transfers add column top_up_id uuid;
alter table billing.ledger_transfers drop constraint ledger_transfers_about_one_thing;
alter table billing.ledger_transfers add constraint ledger_transfers_about_one_thing check (num_nonnulls(ride_id, payout_id, top_up_id) = 1);
comment on column billing.ledger_transfers.top_up_id is 'The payment into a wallet that it is about, payment''s id.';

create table billing.wallet_charges (
    attempt_id        uuid        primary key,
    ride_id           uuid        not null,
    passenger_id      uuid        not null,
    asked_minor_units bigint      not null check (asked_minor_units > 0),
    taken_minor_units bigint      not null check (taken_minor_units between 0 and asked_minor_units),
    currency          char(3)     not null,
    decided_at        timestamptz not null
);
comment on table billing.wallet_charges is 'What was to be taken from wallets for fares, and what was: once per attempt of payment.';

create index wallet_charges_of_ride on billing.wallet_charges (ride_id);

create trigger wallet_charges_are_final before update or delete on billing.wallet_charges for each row execute function billing.refuse_change();

alter table billing.rides drop constraint rides_payment_method_kind_check;
alter table billing.rides add constraint rides_payment_method_kind_check check (payment_method_kind in ('Card', 'Cash', 'Wallet'));
alter table billing.fares drop constraint fares_payment_method_kind_check;
alter table billing.fares add constraint fares_payment_method_kind_check check (payment_method_kind in ('Card', 'Cash', 'Wallet'));
