-- Money that is held on a card: captured once, up to what was authorised, or voided, or left to expire.

create table sandbox.authorisations (
    id                   uuid        primary key,
    idempotency_key      text        not null,
    request_hash         bytea       not null,
    amount_minor_units   bigint      not null check (amount_minor_units > 0),
    currency             char(3)     not null check (currency ~ '^[A-Z]{3}$'),
    card_token           text        not null,
    reference            text        not null,
    status               text        not null check (status in ('Pending', 'Authorised', 'Declined', 'Captured', 'Voided')),
    outcome              text        not null check (outcome in ('Authorised', 'Declined')),
    decline_code         text,
    captured_minor_units bigint      not null default 0,
    created_at           timestamptz not null default now(),
    decides_at           timestamptz not null default now(),
    decided_at           timestamptz,
    expires_at           timestamptz not null,
    constraint authorisations_one_per_key             unique (idempotency_key),
    constraint authorisations_decided                 check ((status = 'Pending') = (decided_at is null)),
    constraint authorisations_declined_is_outcome     check (status = 'Pending' or (status = 'Declined') = (outcome = 'Declined')),
    constraint authorisations_decline_has_code        check ((outcome = 'Declined') = (decline_code is not null)),
    constraint authorisations_captured_within_amount  check (
        captured_minor_units between 0 and amount_minor_units and (captured_minor_units > 0) = (status = 'Captured'))
);
comment on column sandbox.authorisations.outcome              is 'What will become of it; the caller sees it once status says so.';
comment on column sandbox.authorisations.captured_minor_units is 'What the one capture took; the rest went back to the card with it.';
comment on column sandbox.authorisations.expires_at           is 'From here on nothing can be captured, though the status stays.';

create index authorisations_undecided on sandbox.authorisations (decides_at) where status = 'Pending';

alter table sandbox.charges add column authorisation_id uuid references sandbox.authorisations (id);
comment on column sandbox.charges.authorisation_id is 'Of a capture: what it captured.';

create unique index charges_one_per_authorisation on sandbox.charges (authorisation_id) where status <> 'Declined';
