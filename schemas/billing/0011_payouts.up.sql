-- What drivers have earned leaves in payouts: reserved here, moved by payment.

alter table billing.ledger_accounts drop constraint ledger_accounts_kind_check;
alter table billing.ledger_accounts add constraint ledger_accounts_kind_check check (kind in (
    'PassengerReceivable', 'DriverPayable', 'Commission', 'Tax', 'ProviderClearing', 'Concessions', 'WriteOffs', 'PayoutsInTransit', 'PayoutFees', 'Bank'));
comment on column billing.ledger_accounts.kind is 'PassengerReceivable: owes us. DriverPayable: we owe (cash held by the driver counts against it). Commission, Tax: ours and the state''s. ProviderClearing: captured by the provider. Concessions: fares that we lowered at our own cost. WriteOffs: fares that nobody will pay. PayoutsInTransit: reserved for drivers and not known to have arrived. PayoutFees: ours. Bank: what payouts were paid from.';

alter table billing.ledger_transfers drop constraint ledger_transfers_kind_check;
alter table billing.ledger_transfers add constraint ledger_transfers_kind_check check (kind in (
    'Fare', 'Payment', 'Adjustment', 'Refund', 'WriteOff', 'Void', 'PayoutReserved', 'PayoutSent', 'PayoutReturned'));
alter table billing.ledger_transfers alter column ride_id drop not null;
alter table billing.ledger_transfers add column payout_id uuid;
alter table billing.ledger_transfers add constraint ledger_transfers_about_one_thing check ((ride_id is null) <> (payout_id is null));
create index ledger_transfers_of_payout on billing.ledger_transfers (payout_id) where payout_id is not null;

create table billing.payees (
    driver_id uuid    primary key,
    ready     boolean not null,
    version   bigint  not null
);
comment on table billing.payees is 'Drivers who have, or had, a bank account at payment; the others cannot be paid out.';

create table billing.payouts (
    payout_id          uuid        primary key,
    driver_id          uuid        not null,
    currency           char(3)     not null,
    amount_minor_units bigint      not null check (amount_minor_units > 0),
    fee_minor_units    bigint      not null check (fee_minor_units >= 0),
    schedule           text        not null check (schedule in ('Daily', 'Weekly', 'OnDemand')),
    period             date,
    status             text        not null check (status in ('Reserved', 'Sent', 'Failed')),
    failure_code       text,
    reserved_at        timestamptz not null,
    ended_at           timestamptz,
    created_at         timestamptz not null default now(),
    constraint payouts_ended      check ((status = 'Reserved') = (ended_at is null)),
    constraint payouts_failure    check ((status = 'Failed') = (failure_code is not null)),
    constraint payouts_has_period check ((schedule = 'OnDemand') = (period is null))
);
comment on table  billing.payouts             is 'Money that drivers are paid. Reserved: taken off their balance. Failed: back on it.';
comment on column billing.payouts.period      is 'The local day on which the batch began.';
comment on column billing.payouts.reserved_at is 'City time.';
comment on column billing.payouts.created_at  is 'System time.';

-- Never two at once, never two of one batch.
create unique index payouts_one_reserved   on billing.payouts (driver_id, currency) where status = 'Reserved';
create unique index payouts_one_per_period on billing.payouts (driver_id, currency, period) where period is not null;
create index payouts_of_driver             on billing.payouts (driver_id, payout_id);

create trigger payouts_ended_stay before update on billing.payouts for each row
    when (old.status <> 'Reserved' or (old.driver_id, old.currency, old.amount_minor_units, old.fee_minor_units)
        is distinct from (new.driver_id, new.currency, new.amount_minor_units, new.fee_minor_units)) execute function billing.refuse_change();
create trigger payouts_are_kept before delete on billing.payouts for each row execute function billing.refuse_change();
create trigger payouts_no_truncate before truncate on billing.payouts for each statement execute function billing.refuse_change();

create table billing.payout_batches (
    currency    char(3)     not null,
    period      date        not null,
    finished_at timestamptz not null default now(),
    primary key (currency, period)
);
comment on table billing.payout_batches is 'Batches in which everybody was looked at; system time.';
