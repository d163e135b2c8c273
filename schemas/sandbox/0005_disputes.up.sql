-- Disputes: a cardholder takes a charge back through their bank. The provider withdraws amount and fee at once, and gives both back when it is won.

alter table sandbox.charges
    add column disputed_minor_units bigint not null default 0,
    add column disputes_at          timestamptz,
    drop constraint charges_refunds_within_charge,
    add constraint charges_refunds_within_charge check (
        refunded_minor_units >= 0 and disputed_minor_units >= 0 and refunded_minor_units + disputed_minor_units <= amount_minor_units
        and (refunded_minor_units + disputed_minor_units = 0 or status = 'Succeeded'));
comment on column sandbox.charges.disputed_minor_units is 'Withdrawn by disputes that are open or lost.';
comment on column sandbox.charges.disputes_at          is 'When the cardholder will dispute it; null for most.';

create index charges_to_dispute on sandbox.charges (disputes_at) where disputes_at is not null;

create table sandbox.disputes (
    id                 uuid        primary key,
    charge_id          uuid        not null references sandbox.charges (id),
    idempotency_key    text        unique,
    amount_minor_units bigint      not null check (amount_minor_units > 0),
    fee_minor_units    bigint      not null check (fee_minor_units >= 0),
    reason             text        not null,
    status             text        not null check (status in ('Open', 'Won', 'Lost')),
    outcome            text        check (outcome in ('Won', 'Lost')),
    opened_at          timestamptz not null default now(),
    evidence_due_at    timestamptz not null,
    evidence           text,
    decides_at         timestamptz not null,
    decided_at         timestamptz,
    constraint disputes_decided check ((status = 'Open') = (decided_at is null))
);
comment on column sandbox.disputes.outcome    is 'What the bank will say; null: whether there is evidence decides.';
comment on column sandbox.disputes.decides_at is 'When the bank decides.';

create unique index disputes_one_open  on sandbox.disputes (charge_id) where status = 'Open';
create index disputes_undecided        on sandbox.disputes (decides_at) where status = 'Open';
