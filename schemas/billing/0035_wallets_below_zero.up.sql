-- What banks take back of what was paid into wallets: it is taken from the wallet, whatever is left in it.

create table billing.top_up_chargebacks (
    dispute_id          uuid        primary key,
    top_up_id           uuid        not null,
    passenger_id        uuid        not null,
    amount_minor_units  bigint      not null check (amount_minor_units > 0),
    currency            char(3)     not null,
    received_at         timestamptz not null,
    won_at              timestamptz,
    lost_at             timestamptz,
    forgiven_minor_units bigint    not null default 0 check (forgiven_minor_units between 0 and amount_minor_units),
    forgiven_at         timestamptz,
    forgiven_by         uuid,
    reason              text        check (length(reason) between 1 and 500),
    constraint top_up_chargebacks_end_once check (won_at is null or lost_at is null),
    constraint top_up_chargebacks_forgiven check (
        (forgiven_at is null) = (forgiven_by is null) and (forgiven_at is null) = (reason is null) and (forgiven_at is null) = (forgiven_minor_units = 0)
        and (forgiven_at is null or lost_at is not null))
);
comment on table  billing.top_up_chargebacks                      is 'Payments into wallets that cardholders took back through their bank. By as much as they come to, and were not won, a wallet may be below zero.';
comment on column billing.top_up_chargebacks.received_at          is 'City time, as won_at, lost_at and forgiven_at.';
comment on column billing.top_up_chargebacks.forgiven_minor_units is 'What of a wallet below zero an operator made good for it, at our loss.';
comment on column billing.top_up_chargebacks.reason               is 'Why an operator forgave it.';

create index top_up_chargebacks_of_passenger on billing.top_up_chargebacks (passenger_id);

create trigger top_up_chargebacks_change_once before update on billing.top_up_chargebacks for each row
    when ((old.dispute_id, old.top_up_id, old.passenger_id, old.amount_minor_units, old.currency, old.received_at)
        is distinct from (new.dispute_id, new.top_up_id, new.passenger_id, new.amount_minor_units, new.currency, new.received_at)
        or (old.won_at is not null and new.won_at is distinct from old.won_at) or (old.lost_at is not null and new.lost_at is distinct from old.lost_at)
        or (old.forgiven_at is not null and (old.forgiven_minor_units, old.forgiven_at, old.forgiven_by, old.reason)
            is distinct from (new.forgiven_minor_units, new.forgiven_at, new.forgiven_by, new.reason))) execute function billing.refuse_change();
create trigger top_up_chargebacks_are_kept    before delete on billing.top_up_chargebacks for each row execute function billing.refuse_change();
create trigger top_up_chargebacks_no_truncate before truncate on billing.top_up_chargebacks for each statement execute function billing.refuse_change();

-- Only what a bank took back goes beyond what is in a wallet; no fare does.
create or replace function billing.refuse_overdraft() returns trigger language plpgsql as $$
begin
    if new.balance_minor_units > (
        select coalesce(sum(amount_minor_units - forgiven_minor_units), 0) from billing.top_up_chargebacks
        where  passenger_id = new.party_id and currency = new.currency and won_at is null)
    then
        raise exception 'the wallet of % would be overdrawn', new.party_id
            using errcode = 'check_violation', constraint = 'ledger_accounts_wallet_is_not_overdrawn';
    end if;
    return null;
end $$;

create table billing.wallet_debts (
    passenger_id     uuid    not null,
    currency         char(3) not null,
    owed_minor_units bigint  not null check (owed_minor_units >= 0),
    version          bigint  not null,
    primary key (passenger_id, currency)
);
comment on table billing.wallet_debts is 'By how much wallets are below zero, as was told to whoever gives rides. A wallet that never was has no row.';

alter table billing.ledger_transfers drop constraint ledger_transfers_kind_check;
alter table billing.ledger_transfers add constraint ledger_transfers_kind_check check (kind in (
    'Fare', 'Payment', 'Adjustment', 'Refund', 'WriteOff', 'Void', 'PayoutReserved', 'PayoutSent', 'PayoutReturned', 'TopUp', 'WalletPayment',
    'CreditArisen', 'CreditUsed', 'CreditGiven', 'CreditExpired',
    'Chargeback', 'ChargebackWon', 'ChargebackLost', 'Settlement', 'SurplusReceived', 'SurplusReturned', 'Tip', 'SetOff', 'WalletForgiven'));

-- A tip that was taken back is owed as a fare is, and what was set off for a lowered fare is not set off against it.
alter table billing.lost_chargebacks add column tip_id uuid;
comment on column billing.lost_chargebacks.tip_id is 'When it was no fare that was taken back, but what was given to the driver.';
drop trigger lost_chargebacks_forgiven_once on billing.lost_chargebacks;
create trigger lost_chargebacks_forgiven_once before update on billing.lost_chargebacks for each row
    when (old.forgiven_at is not null or (old.dispute_id, old.ride_id, old.passenger_id, old.amount_minor_units, old.currency, old.lost_at, old.tip_id)
        is distinct from (new.dispute_id, new.ride_id, new.passenger_id, new.amount_minor_units, new.currency, new.lost_at, new.tip_id))
    execute function billing.refuse_change();
