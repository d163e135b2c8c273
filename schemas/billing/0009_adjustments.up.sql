-- Fares that operators lower after the fact, and what refunds, write-offs and voids do to the books.

alter table billing.ledger_accounts drop constraint ledger_accounts_kind_check;
alter table billing.ledger_accounts add constraint ledger_accounts_kind_check check (kind in (
    'PassengerReceivable', 'DriverPayable', 'Commission', 'Tax', 'ProviderClearing', 'Concessions', 'WriteOffs'));
comment on column billing.ledger_accounts.kind is 'PassengerReceivable: owes us. DriverPayable: we owe (cash held by the driver counts against it). Commission, Tax: ours and the state''s. ProviderClearing: captured by the provider. Concessions: fares that we lowered at our own cost. WriteOffs: fares that nobody will pay.';

alter table billing.ledger_transfers drop constraint ledger_transfers_kind_check;
alter table billing.ledger_transfers add constraint ledger_transfers_kind_check check (kind in (
    'Fare', 'Payment', 'Adjustment', 'Refund', 'WriteOff', 'Void'));

create index ledger_transfers_of_ride on billing.ledger_transfers (ride_id);

alter table billing.fares add column adjusted_minor_units bigint not null default 0;
alter table billing.fares add constraint fares_adjusted_within_total check (adjusted_minor_units between 0 and total_minor_units);
comment on column billing.fares.adjusted_minor_units is 'What operators have taken off the total since; the sum of its effective adjustments.';

alter table billing.fares drop constraint fares_settlement_check;
alter table billing.fares add constraint fares_settlement_check check (settlement in ('Pending', 'Owed', 'Settled', 'WrittenOff', 'Void'));
comment on column billing.fares.settlement is 'What payment has told: Owed after a failed charge, Settled once paid, WrittenOff or Void when an operator gave it up.';

create table billing.adjustments (
    adjustment_id           uuid        primary key,
    ride_id                 uuid        not null references billing.fares (ride_id),
    amount_minor_units      bigint      not null check (amount_minor_units > 0),
    currency                char(3)     not null,
    born_by                 text        not null check (born_by in ('Everybody', 'Platform')),
    driver_minor_units      bigint      not null check (driver_minor_units >= 0),
    commission_minor_units  bigint      not null check (commission_minor_units >= 0),
    tax_minor_units         bigint      not null check (tax_minor_units >= 0),
    concession_minor_units  bigint      not null check (concession_minor_units >= 0),
    reason                  text        not null check (length(reason) between 1 and 500),
    status                  text        not null check (status in ('Proposed', 'Effective', 'Rejected')),
    proposed_by             uuid        not null,
    proposed_at             timestamptz not null,
    needs_second_operator   boolean     not null,
    decided_by              uuid,
    decided_at              timestamptz,
    created_at              timestamptz not null default now(),
    constraint adjustments_parts_sum check (
        status <> 'Effective' or amount_minor_units = driver_minor_units + commission_minor_units + tax_minor_units + concession_minor_units),
    constraint adjustments_decided check ((status = 'Proposed') = (decided_at is null) and (decided_at is null) = (decided_by is null)),
    constraint adjustments_by_two  check (not (needs_second_operator and status = 'Effective' and decided_by = proposed_by))
);
comment on table  billing.adjustments                       is 'Lowerings of a fare by operators. Proposed: waits for a second operator. Effective: in the ledger. Never changed once it is decided.';
comment on column billing.adjustments.amount_minor_units    is 'What is taken off the total.';
comment on column billing.adjustments.born_by               is 'Everybody: driver, commission and tax, in the proportions of the fare. Platform: us alone.';
comment on column billing.adjustments.driver_minor_units    is 'Who bears what; known once it is effective, 0 before.';
comment on column billing.adjustments.needs_second_operator is 'Above the limit that was in force when it was proposed.';
comment on column billing.adjustments.proposed_at           is 'City time.';
comment on column billing.adjustments.created_at            is 'System time.';

create index adjustments_of_ride on billing.adjustments (ride_id, proposed_at);

create trigger adjustments_decided_are_final before update on billing.adjustments for each row
    when (old.status <> 'Proposed') execute function billing.refuse_change();
create trigger adjustments_are_kept before delete on billing.adjustments for each row execute function billing.refuse_change();
create trigger adjustments_no_truncate before truncate on billing.adjustments for each statement execute function billing.refuse_change();
