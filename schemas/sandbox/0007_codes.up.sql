-- Codes that phones scan and pay.

create table sandbox.codes (
    id                 uuid        primary key,
    idempotency_key    text        not null,
    request_hash       bytea       not null,
    amount_minor_units bigint      not null check (amount_minor_units > 0),
    currency           char(3)     not null check (currency ~ '^[A-Z]{3}$'),
    reference          text        not null,
    url                text        not null,
    payments           int         not null default 0 check (payments >= 0),
    created_at         timestamptz not null default now(),
    expires_at         timestamptz not null,
    closed_at          timestamptz,
    constraint codes_one_per_key unique (idempotency_key)
);
comment on table  sandbox.codes            is 'Each payment of a code is a charge: the first under the code''s own key, the others under <key>:2, <key>:3, …';
comment on column sandbox.codes.url        is 'What the code says to the phone that scans it.';
comment on column sandbox.codes.payments   is 'How many payments of it have arrived.';
comment on column sandbox.codes.expires_at is 'From here on nobody can begin to pay it; what was begun before may still arrive.';
comment on column sandbox.codes.closed_at  is 'The same, because the merchant wanted it so.';

alter table sandbox.charges add column code_key text references sandbox.codes (idempotency_key);
comment on column sandbox.charges.code_key is 'Of a payment of a code: the code''s key.';

create index charges_of_code on sandbox.charges (code_key) where code_key is not null;

create table sandbox.scans (
    id          uuid        primary key,
    code_id     uuid        not null references sandbox.codes (id),
    bank        text        not null,
    arrives_at  timestamptz not null
);
comment on table sandbox.scans is 'Payments of codes that were begun in time, and that the payer''s bank has not carried out yet. They arrive, whatever becomes of the code.';

create index scans_by_arrival on sandbox.scans (arrives_at);
