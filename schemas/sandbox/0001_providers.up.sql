-- sandbox: what two providers of the outside world would remember. All instants are system time: they do not know our clock.

select platform.create_messaging_tables('sandbox');

create table sandbox.sms_messages (
    id              bigint      generated always as identity primary key,
    message_id      uuid        not null unique,
    idempotency_key text        unique,
    to_number       text        not null,
    text            text        not null,
    sent_at         timestamptz not null default now()
);
comment on table sandbox.sms_messages is 'The inbox that a developer reads. The last 20 messages of a number, for one hour.';

create index sms_messages_by_number on sandbox.sms_messages (to_number, id desc);
create index sms_messages_by_age    on sandbox.sms_messages (sent_at);

create table sandbox.charges (
    id                   uuid        primary key,
    idempotency_key      text        not null,
    request_hash         bytea       not null,
    amount_minor_units   bigint      not null check (amount_minor_units > 0),
    currency             char(3)     not null check (currency ~ '^[A-Z]{3}$'),
    card_token           text        not null,
    reference            text        not null,
    status               text        not null check (status in ('Succeeded', 'Declined', 'Pending')),
    outcome              text        not null check (outcome in ('Succeeded', 'Declined')),
    decline_code         text,
    refunded_minor_units bigint      not null default 0,
    created_at           timestamptz not null default now(),
    decides_at           timestamptz not null default now(),
    decided_at           timestamptz,
    constraint charges_one_per_key           unique (idempotency_key),
    constraint charges_decided               check ((status = 'Pending') = (decided_at is null)),
    constraint charges_status_is_outcome     check (status in ('Pending', outcome)),
    constraint charges_decline_has_code      check ((outcome = 'Declined') = (decline_code is not null)),
    constraint charges_refunds_within_charge check (
        refunded_minor_units between 0 and amount_minor_units and (refunded_minor_units = 0 or status = 'Succeeded'))
);
comment on column sandbox.charges.outcome      is 'What will become of it; the caller sees it once status says so.';
comment on column sandbox.charges.decides_at   is 'When a pending charge takes its outcome.';
comment on column sandbox.charges.request_hash is 'SHA-256 of the request, to tell a repetition from another request under the same key.';

create index charges_undecided on sandbox.charges (decides_at) where status = 'Pending';

create table sandbox.refunds (
    id                 uuid        primary key,
    charge_id          uuid        not null references sandbox.charges (id),
    idempotency_key    text        not null,
    request_hash       bytea       not null,
    amount_minor_units bigint      not null check (amount_minor_units > 0),
    reference          text        not null,
    created_at         timestamptz not null default now(),
    constraint refunds_one_per_key unique (idempotency_key)
);

create index refunds_by_charge on sandbox.refunds (charge_id);

create table sandbox.webhook_deliveries (
    id           uuid        primary key,
    webhook_id   uuid        not null,
    charge_id    uuid        not null references sandbox.charges (id),
    body         text        not null,
    due_at       timestamptz not null,
    attempts     int         not null default 0,
    delivered_at timestamptz,
    given_up_at  timestamptz
);
comment on column sandbox.webhook_deliveries.webhook_id is 'The fact being told; shared by deliberate duplicates.';
comment on column sandbox.webhook_deliveries.due_at     is 'When the next attempt is due; while one runs, when another copy may take over.';

create index webhook_deliveries_due on sandbox.webhook_deliveries (due_at) where delivered_at is null and given_up_at is null;
