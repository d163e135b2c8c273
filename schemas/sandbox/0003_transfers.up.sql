-- Money that leaves: transfers to bank accounts.

create table sandbox.transfers (
    id                 uuid        primary key,
    idempotency_key    text        not null,
    request_hash       bytea       not null,
    amount_minor_units bigint      not null check (amount_minor_units > 0),
    currency           char(3)     not null check (currency ~ '^[A-Z]{3}$'),
    account_number     text        not null,
    reference          text        not null,
    status             text        not null check (status in ('Succeeded', 'Declined', 'Pending')),
    outcome            text        not null check (outcome in ('Succeeded', 'Declined')),
    decline_code       text,
    created_at         timestamptz not null default now(),
    decides_at         timestamptz not null default now(),
    decided_at         timestamptz,
    constraint transfers_one_per_key       unique (idempotency_key),
    constraint transfers_decided           check ((status = 'Pending') = (decided_at is null)),
    constraint transfers_status_is_outcome check (status in ('Pending', outcome)),
    constraint transfers_decline_has_code  check ((outcome = 'Declined') = (decline_code is not null))
);
comment on column sandbox.transfers.outcome is 'What will become of it; the caller sees it once status says so.';

create index transfers_undecided on sandbox.transfers (decides_at) where status = 'Pending';

alter table sandbox.webhook_deliveries alter column charge_id drop not null;
comment on column sandbox.webhook_deliveries.charge_id is 'What charge it is about, or whose refund; null of a transfer.';
